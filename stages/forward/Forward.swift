public import SluiceFlow
internal import SluiceModels
internal import SluiceNN
public import SluiceTraining

/// Runs a network forward on a batch, recording what gradients need.
public struct Forward<Model: TrainingModel>: Stage {
  public let model: Model
  /// Whether each block of the network discards what its gradients need and recomputes it: less memory, more work.
  public var recompute: Bool
  /// Samples that a ``ChunkedModel`` takes at a time; all for 0.
  public var chunk: Int

  /// - Parameter recompute: whether blocks recompute what their gradients need instead of saving it.
  public init(_ model: Model, recompute: Bool = false) {
    self.model = model
    self.recompute = recompute
    chunk = (model as? any ChunkedModel)?.chunk ?? 0
  }

  public static var settings: [Setting<Self>] {
    let recompute: Setting<Self> = Setting("recompute", \.recompute, changesResults: false)
    guard Model.self is any ChunkedModel.Type else { return [recompute] }
    return [recompute, Setting("chunk", \.chunk, in: 0...65_536)]
  }

  /// - Throws: an error that prints both shapes if the batch does not fit the network.
  public func callAsFunction(
    _ batch: Model.Batch, context: ElementContext
  ) throws -> Prediction<Model.Batch, Model.Output> {
    let output = try model(batch, ForwardPass(random: context.random(), recomputesBlocks: recompute, chunk: chunk))
    return Prediction(batch: batch, output: output)
  }
}

extension Forward: WorkBounded {
  /// What is kept for gradients, in single precision, of a chunk at a time; nothing where blocks compute it again.
  public func workingBytes(on input: ElementSize) -> Int? {
    guard let model = model as? any ActivationBounded, let samples = input.elementCount else { return nil }
    guard !recompute else { return 0 }
    let clips = chunk > 0 ? min(chunk, samples) : samples
    let (values, isTooLarge) = model.keptValuesPerClip.multipliedReportingOverflow(by: clips)
    let (bytes, isLarger) = values.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return isTooLarge || isLarger ? .max : bytes
  }
}
