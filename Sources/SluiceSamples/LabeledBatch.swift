public import SluiceTensor

/// Clips of one size side by side, and the classes they show.
public struct LabeledBatch: Sendable {
  /// `[B, C, T, H, W]`, normalized.
  public let clips: Tensor
  /// The class of each clip; of a mixed clip, that with the largest share.
  public let labels: [Int]
  /// The share of each class in each clip, `[B, classes]`, where clips were mixed.
  public let shares: Tensor?

  /// - Precondition: one label per clip, and one row of shares.
  public init(clips: Tensor, labels: [Int], shares: Tensor? = nil) {
    precondition(clips.shape[0] == labels.count, "\(labels.count) labels for clips \(clips.shape)")
    precondition(shares.map { $0.shape.rank == 2 && $0.shape[0] == labels.count } ?? true, "a row of shares a clip")
    self.clips = clips
    self.labels = labels
    self.shares = shares
  }

  /// Clips in the batch.
  public var count: Int { labels.count }
}
