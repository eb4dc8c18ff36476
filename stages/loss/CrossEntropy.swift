package import SluiceSamples
package import SluiceTensor
internal import SluiceTraining

/// How surprised a classifier is by what clips show.
///
/// ```swift
/// Loss(CrossEntropy(smoothing: 0.1))
/// ```
/// A batch whose clips show shares of classes, as mixing leaves them, is compared with those shares; smoothing is theirs
/// to bring.
public struct CrossEntropy: Sendable, Equatable {
  /// The share of a label that is spread evenly over all classes.
  public var smoothing: Double

  /// The loss of hard labels, of which `smoothing` is spread over all classes.
  public init(smoothing: Double = 0) {
    self.smoothing = smoothing
  }

  /// The mean over the batch, and how many of its clips were recognised (`top1`, `top5`).
  /// - Parameter logits: `[B, classes]`.
  /// - Throws: ``LossError`` if a label is no class, or shares are of another number of classes.
  package func loss(of logits: Tensor, for batch: [LabelledClip]) throws(LossError) -> (Tensor, [String: Double]) {
    guard logits.shape.rank == 2, logits.shape[0] == batch.count, !batch.isEmpty else {
      throw LossError("\(batch.count) clips and logits \(logits.shape): wanted is one row a clip")
    }
    let classes = logits.shape[1]
    var labels: [Int] = []
    var shares: [Float] = []
    for sample in batch {
      let label = sample.target.label
      guard 0..<classes ~= label else {
        throw LossError("label \(label) is none of \(classes) classes. Set classCount to the largest label + 1")
      }
      labels.append(label)
      guard case .shares(let own) = sample.target else { continue }
      guard own.count == classes else {
        throw LossError("a clip has shares of \(own.count) classes, the model tells \(classes) apart")
      }
      shares += own
    }
    guard shares.isEmpty || shares.count == logits.count else {
      throw LossError("a batch has clips with one class and clips with shares of classes. Mix all or none")
    }
    let value =
      shares.isEmpty
      ? logits.crossEntropy(labels: labels, smoothing: Float(smoothing))
      : logits.crossEntropy(target: Tensor(shares, shape: logits.shape))
    return (value, CrossEntropy.accuracy(logits, labels, classes))
  }

  private static func accuracy(_ logits: Tensor, _ labels: [Int], _ classes: Int) -> [String: Double] {
    logits.detached.withFloats { scores in
      var (first, five) = (0, 0)
      for (row, label) in labels.enumerated() {
        let own = scores[row * classes + label]
        // Ties count for the class that comes first.
        var better = 0
        for place in 0..<classes {
          let other = scores[row * classes + place]
          if other > own || (other == own && place < label) { better += 1 }
        }
        if better < 1 { first += 1 }
        if better < 5 { five += 1 }
      }
      let count = Double(labels.count)
      return ["top1": Double(first) / count, "top5": Double(five) / count]
    }
  }
}
