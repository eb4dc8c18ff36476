/// A batch and what a network made of it.
public struct Prediction<Batch: Sendable, Output: Sendable>: Sendable {
  public let batch: Batch
  /// The network's output; in training gradients flow back from it.
  public let output: Output

  public init(batch: Batch, output: Output) {
    self.batch = batch
    self.output = output
  }
}
