internal import SluiceForward
public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// A classifier of any backbone, as training, evaluation and prediction see it.
///
/// ```swift
/// let model = VideoClassifier(try Classifier(TimeSformer(), classCount: 400))
/// ```
public struct VideoClassifier: TrainingModel {
  /// The backbone's parameters and the head's.
  public let parameters: ParameterStore
  /// Classes there are.
  public let classCount: Int
  /// Frames of a clip.
  public let frameCount: Int
  /// Height and width of a frame, pixels.
  public let imageSize: Int
  /// What the network attends to, and the side of its patches in pixels; `nil` where its attention is pooled.
  public let attention: (maps: @Sendable (_ clips: Tensor) throws -> [AttentionMap], patchSize: Int)?
  private let logits: @Sendable (Tensor, ForwardPass) throws -> Tensor
  private let loadWeights: @Sendable ([String: Tensor]) throws -> LoadReport
  private let importWeights: @Sendable ([String: Tensor]) -> [String: Tensor]

  /// Hides the backbone of `classifier`.
  /// - Parameter importing: turns a checkpoint's names and tensors into those that the backbone's own rules start from.
  public init<Backbone: VideoBackbone>(
    _ classifier: Classifier<Backbone>,
    importing: @escaping @Sendable ([String: Tensor]) -> [String: Tensor] = { $0 }
  ) {
    parameters = classifier.parameters
    classCount = classifier.classCount
    frameCount = classifier.backbone.frameCount
    imageSize = classifier.backbone.imageSize
    attention = (classifier.backbone as? any AttentionMapping).map { backbone in
      ({ try backbone.attentionMaps(of: $0) }, backbone.patchSize)
    }
    logits = { try classifier.logits(of: $0, $1) }
    loadWeights = { try classifier.load(pretrained: $0) }
    importWeights = importing
  }

  /// Puts a head on `backbone` as a recipe says.
  init<Backbone: VideoBackbone>(
    _ backbone: Backbone, classCount: Int, _ head: ClassifierHead,
    importing: @escaping @Sendable ([String: Tensor]) -> [String: Tensor] = { $0 }
  ) throws(ModelError) {
    self.init(
      try Classifier(
        backbone, classCount: classCount, training: head.learning, headScale: head.scale),
      importing: importing)
  }

  /// Logits, `[B, classCount]`.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Throws: an error that prints both shapes if the clips do not fit the network.
  public func logits(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws -> Tensor {
    try logits(clips, pass)
  }

  /// - Returns: logits, `[B, classCount]`.
  public func callAsFunction(_ batch: LabeledBatch, _ pass: ForwardPass) throws -> Tensor {
    try logits(of: batch.clips, pass)
  }

  /// Takes from another model's checkpoint what this network has too; a head for other classes stays as it is.
  /// - Throws: ``ParameterLoadError`` if another parameter has another shape, or if no name agrees.
  public func load(pretrained checkpoint: [String: Tensor]) throws -> LoadReport {
    try loadWeights(importWeights(checkpoint))
  }
}
