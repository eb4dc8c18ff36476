public import SluiceTensor

/// Samples of which each has the number of the class it shows: pairs of them belong together where these are equal.
public protocol LabeledPairs: Sendable {
  /// The class of each sample.
  var labels: [Int] { get }
}

extension LabeledBatch: LabeledPairs {}

/// Sentences of tokens about videos, and the classes that the videos show.
public struct SentenceBatch: LabeledPairs {
  /// Row-major `[B, length]`: start, tokens, end, filled up with 0.
  public let ids: [Int32]
  /// The class of each sentence's video.
  public let labels: [Int]

  /// - Precondition: as many tokens for each label.
  public init(ids: [Int32], labels: [Int]) {
    precondition(
      labels.isEmpty ? ids.isEmpty : ids.count.isMultiple(of: labels.count),
      "\(ids.count) tokens for \(labels.count) labels")
    self.ids = ids
    self.labels = labels
  }

  /// Sentences in the batch.
  public var count: Int { labels.count }

  /// Tokens of a sentence, those it is filled up with included.
  public var length: Int { labels.isEmpty ? 0 : ids.count / labels.count }
}

/// How well each sample of a batch fits the class of each.
public struct PairScores: Sendable {
  /// `[B, B]`: row i is of sample i, column j of the class of sample j; times the learned scale.
  public let logits: Tensor

  public init(logits: Tensor) {
    self.logits = logits
  }
}
