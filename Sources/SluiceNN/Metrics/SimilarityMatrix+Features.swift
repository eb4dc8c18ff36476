internal import Glibc
public import SluiceTensor

extension SimilarityMatrix {
  /// The cosines of features; a length below 1e-8 counts as that.
  ///
  /// Each is a sum of its own in double precision, whatever the network computes in, so that equal features give equal
  /// scores wherever they stand.
  /// - Parameters:
  ///   - texts: `[texts, D]`.
  ///   - videos: `[videos, D]`.
  ///   - videoOfText: the row of `videos` that each text belongs to.
  /// - Precondition: shapes fit.
  public init(texts: Tensor, videos: Tensor, videoOfText: [Int]) {
    precondition(
      texts.shape.rank == 2 && videos.shape.rank == 2 && texts.shape[1] == videos.shape[1]
        && texts.shape[0] == videoOfText.count,
      "texts \(texts.shape) of \(videoOfText.count) videos, and videos \(videos.shape)")
    let (rows, columns) = (UnitRows(texts), UnitRows(videos))
    var scores: [Float] = []
    scores.reserveCapacity(rows.count * columns.count)
    for text in 0..<rows.count {
      for video in 0..<columns.count { scores.append(Float(rows.product(text, columns, video))) }
    }
    self.init(scores: scores, videoCount: columns.count, videoOfText: videoOfText)
  }

  /// Each score times the share that its text has of its video: a softmax over all texts.
  ///
  /// A text that is similar to everything falls back. It looks at all texts at once, which a search does not.
  /// - Source: Cheng et al., "Improving video-text retrieval by multi-stream corpus alignment and dual softmax loss", 2021.
  public func dualSoftmax(temperature: Double = 0.05) -> SimilarityMatrix {
    var result = scores
    for video in 0..<videoCount {
      let column = (0..<textCount).map { Double(scores[$0 * videoCount + video]) / temperature }
      let largest = column.max() ?? 0
      let powers = column.map { exp($0 - largest) }
      let total = powers.reduce(0, +)
      for text in 0..<textCount {
        let index = text * videoCount + video
        result[index] = Float(Double(scores[index]) * powers[text] / total)
      }
    }
    return SimilarityMatrix(scores: result, videoCount: videoCount, videoOfText: videoOfText)
  }
}

/// Rows of length 1, in blocks of eight numbers.
private struct UnitRows {
  let count: Int
  private let blockCount: Int
  private var blocks: [SIMD8<Double>]

  init(_ rows: Tensor) {
    let width = rows.shape[1]
    count = rows.shape[0]
    blockCount = (width + 7) / 8
    blocks = [SIMD8<Double>](repeating: .zero, count: count * blockCount)
    let values = rows.floats
    for row in 0..<count {
      let own = values[row * width..<(row + 1) * width]
      let length = max(own.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot(), 1e-8)
      for (index, value) in own.enumerated() {
        blocks[row * blockCount + index / 8][index % 8] = Double(value) / length
      }
    }
  }

  func product(_ row: Int, _ other: UnitRows, _ column: Int) -> Double {
    var sum = SIMD8<Double>.zero
    for block in 0..<blockCount {
      sum += blocks[row * blockCount + block] * other.blocks[column * blockCount + block]
    }
    return sum.sum()
  }
}
