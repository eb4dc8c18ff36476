public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// The cross-entropy of a classifier.
///
/// ```swift
/// Loss(CrossEntropy(smoothing: 0.1))
/// ```
/// A batch whose clips were mixed is compared with the shares of its classes; smoothing is theirs to bring.
public struct CrossEntropy: Objective, Equatable {
  /// The share of a label that is spread evenly over all classes.
  public var smoothing: Double

  /// The loss of hard labels, of which `smoothing` is spread over all classes.
  public init(smoothing: Double = 0) {
    self.smoothing = smoothing
  }

  /// The mean over the batch, and the share of its clips that were classified right (`top1`, `top5`).
  /// - Parameter logits: `[B, classes]`.
  /// - Throws: ``LossError`` if a label is no class, or shares are of another number of classes.
  public func loss(of logits: Tensor, for batch: LabeledBatch) throws -> LossTerms {
    guard logits.shape.rank == 2, logits.shape[0] == batch.count, batch.count > 0 else {
      throw LossError("\(batch.count) clips and logits \(logits.shape): wanted is one row per clip")
    }
    let classes = logits.shape[1]
    if let label = batch.labels.first(where: { !(0..<classes).contains($0) }) {
      throw LossError("label \(label) is none of \(classes) classes. Set classCount to the largest label + 1")
    }
    if let shares = batch.shares, shares.shape != logits.shape {
      throw LossError("clips have shares \(shares.shape), the model gives logits \(logits.shape)")
    }
    let value =
      batch.shares.map { logits.crossEntropy(target: $0) }
      ?? logits.crossEntropy(labels: batch.labels, smoothing: Float(smoothing))
    return LossTerms(value, metrics: CrossEntropy.accuracy(logits, batch.labels, classes))
  }

  private static func accuracy(_ logits: Tensor, _ labels: [Int], _ classes: Int) -> [String: Double] {
    logits.detached.withFloats { scores in
      var (first, five) = (0, 0)
      for (row, label) in labels.enumerated() {
        // A row with a number that is none is no prediction.
        guard (row * classes..<(row + 1) * classes).allSatisfy({ scores[$0].isFinite }) else { continue }
        let own = scores[row * classes + label]
        // Ties count for the class that comes first.
        var better = 0
        for other in 0..<classes {
          let score = scores[row * classes + other]
          if score > own || (score == own && other < label) { better += 1 }
        }
        if better < 1 { first += 1 }
        if better < 5 { five += 1 }
      }
      let count = Double(labels.count)
      return ["top1": Double(first) / count, "top5": Double(five) / count]
    }
  }
}
