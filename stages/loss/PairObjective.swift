public import SluiceNN
public import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// The objective of videos, or of sentences about them, and the classes they show: each is to fit the class of its own better
/// than those of the others in the batch, and each class what shows it.
///
/// ```swift
/// Loss(PairObjective<LabeledBatch>())
/// ```
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023.
public struct PairObjective<Batch: LabeledPairs>: Objective, Equatable {
  /// What is made of the scores.
  public var pairs: PairLoss

  public init(_ pairs: PairLoss = PairLoss()) {
    self.pairs = pairs
  }

  /// The loss, and the share of samples that fit a class of the batch best which is their own (`pair_acc`); a run compares it
  /// with always naming the class that a batch has most of.
  /// - Throws: ``ShapeError`` if there are not as many scores as pairs of samples.
  public func loss(of output: PairScores, for batch: Batch) throws -> LossTerms {
    let labels = batch.labels
    let loss = try pairs(output.logits, labels: labels)
    let found = output.logits.detached.indicesOfLargest()
    let right = zip(found, labels).count { labels[$0] == $1 }
    // By how often a class is in its batch, whichever it is: the most frequent one of each batch counts as one answer.
    let counts = labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }.values.sorted(by: >)
    return LossTerms(
      loss, metrics: ["pair_acc": Double(right) / Double(labels.count)],
      answers: ["pair_acc": Dictionary(uniqueKeysWithValues: counts.enumerated().map { ($0.offset, $0.element) })])
  }
}
