public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// A masked backbone that predicts the targets of an objective.
///
/// ```swift
/// let objective = HOGObjective()
/// let model = MaskedModel(try MViT(.base, predictionWidth: objective.predictionWidth), for: objective)
/// ```
/// The objective's type of targets is part of the model's, so that a loss over other targets does not compile behind it.
public struct MaskedModel<Targets: Sendable>: TrainingModel {
  public let backbone: any MaskedBackbone

  /// Ties `backbone` to the targets of `objective`.
  public init<Goal: MaskedObjective>(_ backbone: some MaskedBackbone, for objective: Goal)
  where Goal.Targets == Targets {
    self.backbone = backbone
  }

  public var parameters: ParameterStore { backbone.parameters }

  /// - Returns: `[B, N, predictionWidth]`, one row for each token of the grid.
  public func callAsFunction(_ batch: MaskedBatch<Targets>, _ pass: ForwardPass) throws -> Tensor {
    try backbone.prediction(of: batch.clips, hidden: batch.hidden, pass)
  }
}

extension MaskedModel: ActivationBounded {
  public var keptValuesPerClip: Int { (backbone as? any ActivationBounded)?.keptValuesPerClip ?? 0 }
}

extension Classifier: TrainingModel {
  /// - Returns: logits, `[B, classCount]`.
  public func callAsFunction(_ batch: LabeledBatch, _ pass: ForwardPass) throws -> Tensor {
    try logits(of: batch.clips, pass)
  }
}
