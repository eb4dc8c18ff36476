/// How similar each text is to each video, and which video each text belongs to: what retrieval is measured by.
///
/// ```swift
/// let (texts, videos) = (Tensor.zeros([3, 8]), Tensor.zeros([2, 8]))
/// let matrix = SimilarityMatrix(texts: texts, videos: videos, videoOfText: [0, 0, 1])   // two captions, one caption
/// matrix.textToVideo().recall(at: 1)   // the share of texts whose own video is the most similar one
/// ```
/// Any number of texts may belong to a video. A text that is absent has no row, and so is no distractor either.
public struct SimilarityMatrix: Sendable, Equatable {
  /// What a rank makes of scores that are equal to the truth's.
  public enum TieRule: Sendable {
    /// The truth comes first: a matrix of equal scores is perfect.
    case truthFirst
    /// The truth comes in the middle of them; ranks may end in a half.
    case averaged
  }

  /// Row-major `[texts, videos]`.
  public let scores: [Float]
  public let videoCount: Int
  /// The column that each text belongs to.
  public let videoOfText: [Int]

  /// - Precondition: a score for each pair, and columns in `0 ..< videoCount`.
  public init(scores: [Float], videoCount: Int, videoOfText: [Int]) {
    precondition(
      scores.count == videoOfText.count * videoCount,
      "\(scores.count) scores of \(videoOfText.count) texts and \(videoCount) videos")
    precondition(videoOfText.allSatisfy((0..<videoCount).contains), "a text of a video that there is not")
    (self.scores, self.videoCount, self.videoOfText) = (scores, videoCount, videoOfText)
  }

  /// Rows of the matrix.
  public var textCount: Int { videoOfText.count }

  /// The rank of each text's own video among all videos.
  ///
  /// What is not a number counts against the truth, on either side.
  /// - Source: Liu et al., "Use what you have: video retrieval using representations from collaborative experts", 2019.
  public func textToVideo(ties: TieRule = .truthFirst) -> RetrievalRanks {
    RetrievalRanks(
      (0..<textCount).map { text in
        let row = scores[text * videoCount..<(text + 1) * videoCount]
        return Self.rank(of: videoOfText[text], in: Array(row), ties)
      })
  }

  /// For each video with texts the rank of the best of them among all texts; ties are averaged.
  public func videoToText() -> RetrievalRanks {
    var own = [[Int]](repeating: [], count: videoCount)
    for (text, video) in videoOfText.enumerated() { own[video].append(text) }
    return RetrievalRanks(
      own.enumerated().compactMap { video, texts in
        let column = (0..<textCount).map { scores[$0 * videoCount + video] }
        return texts.map { Self.rank(of: $0, in: column, .averaged) }.min()
      })
  }

  /// Texts that are exactly as similar to another video as to their own.
  public var tiedTextCount: Int {
    (0..<textCount).count { text in
      let own = scores[text * videoCount + videoOfText[text]]
      return (0..<videoCount).contains { $0 != videoOfText[text] && scores[text * videoCount + $0] == own }
    }
  }

  /// The video that is the most similar to a text, the first of several.
  public func bestVideo(of text: Int) -> Int {
    let row = scores[text * videoCount..<(text + 1) * videoCount]
    return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
  }

  private static func rank(of truth: Int, in scores: [Float], _ ties: TieRule) -> Double {
    let own = scores[truth]
    var (ahead, equal) = (0, 0)
    for (index, score) in scores.enumerated() where index != truth {
      if score == own { equal += 1 } else if !(score < own) { ahead += 1 }
    }
    return Double(ahead) + (ties == .averaged ? Double(equal) / 2 : 0)
  }
}
