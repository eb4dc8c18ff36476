public import SluiceTensor

/// Where the heads of an attention look in one picture, seen from the class token.
///
/// ```swift
/// let weights = try model.attentionWeights(of: clip)
/// let maps = AttentionMap.maps(of: weights, rows: 14, columns: 14)   // one a time step
/// let picture = maps[0].overlay(on: frame, patchSize: 16)            // [H, W, 3], 0…255
/// ```
/// - Source: VideoTransformer-pytorch, `visualize_attention`; Caron et al., "Emerging properties in self-supervised
///   vision transformers", ICCV 2021.
public struct AttentionMap: Sendable, Equatable {
  /// Heads.
  public let headCount: Int
  /// Patches from top to bottom.
  public let rows: Int
  /// Patches from left to right.
  public let columns: Int
  /// Row-major `[heads, rows, columns]`: shares of attention.
  public let values: [Float]

  /// The colours of the heads, in order.
  public static let colors: [[Double]] = [
    [0, 160, 215], [220, 55, 60], [245, 180, 0], [10, 120, 190], [40, 150, 100], [135, 75, 145],
  ]

  /// The maps of all sequences of `[sequences, heads, 1 + rows · columns, …]` weights.
  /// - Precondition: the weights are of such a grid.
  public static func maps(of weights: Tensor, rows: Int, columns: Int) -> [AttentionMap] {
    let (heads, count) = (weights.shape[1], weights.shape[2])
    precondition(
      count == rows * columns + 1,
      "attention among \(count) tokens is not a class token and \(rows) × \(columns) patches")
    return weights.withFloats { shares in
      (0..<weights.shape[0]).map { sequence in
        var values: [Float] = []
        for head in 0..<heads {
          let start = (sequence * heads + head) * count * count
          for place in 1..<count { values.append(shares[start + place]) }
        }
        return AttentionMap(headCount: heads, rows: rows, columns: columns, values: values)
      }
    }
  }

  /// The maps of each time step where all tokens of a clip attend to each other.
  /// - Parameter weights: `[clips, heads, N, N]` with `N` = 1 + rows · columns · steps, steps innermost.
  static func maps(ofJoint weights: Tensor, rows: Int, columns: Int, steps: Int) -> [AttentionMap] {
    let (heads, count) = (weights.shape[1], weights.shape[2])
    return weights.withFloats { shares in
      (0..<weights.shape[0] * steps).map { place in
        let (clip, step) = place.quotientAndRemainder(dividingBy: steps)
        var values: [Float] = []
        for head in 0..<heads {
          let start = (clip * heads + head) * count * count
          for patch in 0..<rows * columns { values.append(shares[start + 1 + patch * steps + step]) }
        }
        return AttentionMap(headCount: heads, rows: rows, columns: columns, values: values)
      }
    }
  }

  /// The patches that hold the top `share` of each head's attention, `[heads, rows, columns]`.
  public func keeping(_ share: Double = 0.6) -> [Bool] {
    var kept = [Bool](repeating: false, count: values.count)
    let size = rows * columns
    for head in 0..<headCount {
      let order = (head * size..<(head + 1) * size).sorted { (values[$0], $0) < (values[$1], $1) }
      let total = order.reduce(0.0) { $0 + Double(values[$1]) }
      var sum = 0.0
      for place in order {
        sum += Double(values[place]) / total
        kept[place] = sum > 1 - share
      }
    }
    return kept
  }

  /// The picture in dark grey with the patches of the first six heads in their colours, `[H, W, 3]`, 0…255.
  /// - Parameters:
  ///   - picture: `[3, rows · patchSize, columns · patchSize]`, of any range.
  ///   - patchSize: pixels of a patch's side.
  ///   - share: the share of each head's attention that is shown.
  public func overlay(on picture: [Float], patchSize: Int, share: Double = 0.6) -> [UInt8] {
    let (height, width) = (rows * patchSize, columns * patchSize)
    precondition(picture.count == 3 * height * width, "a picture of \(picture.count) values for \(height) × \(width)")
    var canvas = grey(picture, area: height * width)
    let shown = strongest(keeping(share))
    for head in 0..<min(headCount, AttentionMap.colors.count) {
      let own = shown.map { $0.head == head ? $0.share : 0 }
      let (least, most) = (own.min() ?? 0, own.max() ?? 0)
      guard most > least else { continue }
      for row in 0..<height {
        for column in 0..<width {
          let strength = (own[(row / patchSize) * columns + column / patchSize] - least) / (most - least)
          guard strength > 0.2 else { continue }
          let root = strength.squareRoot()
          for color in 0..<3 {
            let place = (row * width + column) * 3 + color
            canvas[place] = canvas[place] * (1 - root) + root * AttentionMap.colors[head][color]
          }
        }
      }
    }
    return canvas.map { UInt8(min(max($0, 0), 255)) }
  }

  /// For each patch the head that looks at it most, and how much; the first of equal ones.
  private func strongest(_ kept: [Bool]) -> [(head: Int, share: Double)] {
    let size = rows * columns
    return (0..<size).map { place in
      var best = (head: 0, share: kept[place] ? Double(values[place]) : 0)
      for head in 1..<max(headCount, 1) {
        let share = kept[head * size + place] ? Double(values[head * size + place]) : 0
        if share > best.share { best = (head, share) }
      }
      return best
    }
  }

  private func grey(_ picture: [Float], area: Int) -> [Double] {
    let (least, most) = (Double(picture.min() ?? 0), Double(picture.max() ?? 0))
    let range = most > least ? most - least : 1
    return (0..<area).flatMap { place in
      let sum = (0..<3).reduce(0.0) { $0 + (Double(picture[$1 * area + place]) - least) / range * 64 + 192 }
      return [Double](repeating: 0.1 * (sum / 3).rounded(.towardZero), count: 3)
    }
  }
}
