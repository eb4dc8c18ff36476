public import SluiceFlow
internal import SluiceModels
internal import SluiceNN
public import SluiceTraining

/// Runs a network forward on a batch, recording what gradients need.
public struct Forward<Model: TrainingModel>: Stage {
  public let model: Model
  /// Whether each block of the network discards what its gradients need and recomputes it: less memory, more work.
  public var recompute: Bool

  /// - Parameter recompute: whether blocks recompute what their gradients need instead of saving it.
  public init(_ model: Model, recompute: Bool = false) {
    self.model = model
    self.recompute = recompute
  }

  public static var settings: [Setting<Self>] { [Setting("recompute", \.recompute, changesResults: false)] }

  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  public func callAsFunction(
    _ batch: Model.Batch, context: ElementContext
  ) throws -> Prediction<Model.Batch, Model.Output> {
    let output = try model(batch, ForwardPass(random: context.random(), recomputesBlocks: recompute))
    return Prediction(batch: batch, output: output)
  }
}

extension Forward: WorkBounded {
  /// What is kept for gradients, in single precision; nothing where blocks compute it again.
  public func workingBytes(on input: ElementSize) -> Int? {
    guard let model = model as? any ActivationBounded, let clips = input.elementCount else { return nil }
    guard !recompute else { return 0 }
    let (values, isTooLarge) = model.keptValuesPerClip.multipliedReportingOverflow(by: clips)
    let (bytes, isLarger) = values.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return isTooLarge || isLarger ? .max : bytes
  }
}
