public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// A network as training sees it: what it reads of a batch, and what it predicts.
public protocol TrainingModel<Sample>: Sendable {
  associatedtype Sample: Sendable

  /// What training changes.
  var parameters: ParameterStore { get }

  /// What the network predicts for `batch`; gradients flow back from it.
  func prediction(for batch: [Sample], _ pass: ForwardPass) throws -> Tensor
}

/// A masked backbone that predicts the targets of an objective.
///
/// ```swift
/// let objective = HOGObjective()
/// let model = MaskedModel(try MViT(.base, predictionWidth: objective.predictionWidth), for: objective)
/// ```
/// The objective's target type is part of the model's, so that a loss over other targets does not compile behind it.
public struct MaskedModel<Backbone: MaskedBackbone, Target: Sendable>: TrainingModel {
  public let backbone: Backbone

  /// Ties `backbone` to the targets of `objective`.
  public init<Goal: Objective>(_ backbone: Backbone, for objective: Goal) where Goal.Target == Target {
    self.backbone = backbone
  }

  public var parameters: ParameterStore { backbone.parameters }

  /// - Returns: `[B, N, predictionWidth]`, one row for each token of the grid.
  public func prediction(for batch: [MaskedSample<Target>], _ pass: ForwardPass) throws -> Tensor {
    let clips = try Tensor.stacked(batch.map(\.masked.clip.values))
    return try backbone.prediction(of: clips, hidden: batch.flatMap(\.masked.mask.values), pass)
  }
}

extension Classifier: TrainingModel {
  /// - Returns: `[B, classCount]`: how much each class is favoured.
  public func prediction(for batch: [LabelledClip], _ pass: ForwardPass) throws -> Tensor {
    try logits(of: .stacked(batch.map(\.clip.values)), pass)
  }
}
