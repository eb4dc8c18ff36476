public import SluiceCheckpoints
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
public struct VideoClassifier: TrainingModel, ActivationBounded {
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
  /// The layouts of published weights that it can begin with.
  public let layouts: [KeyMap]
  /// What checkpoints call the head's weight and bias, less `.weight` and `.bias`.
  public let headName: String
  public let keptValuesPerClip: Int
  private let logits: @Sendable (Tensor, ForwardPass) throws -> Tensor

  /// Hides the backbone of `classifier`.
  /// - Parameter layouts: the layouts of published weights that it can begin with; the backbone's own if `nil`.
  public init<Backbone: VideoBackbone>(_ classifier: Classifier<Backbone>, layouts: [KeyMap]? = nil) {
    parameters = classifier.parameters
    classCount = classifier.classCount
    frameCount = classifier.backbone.frameCount
    imageSize = classifier.backbone.imageSize
    attention = (classifier.backbone as? any AttentionMapping).map { backbone in
      ({ try backbone.attentionMaps(of: $0) }, backbone.patchSize)
    }
    keptValuesPerClip = classifier.keptValuesPerClip
    logits = { try classifier.logits(of: $0, $1) }
    self.layouts = layouts ?? classifier.backbone.layouts
    headName = classifier.backbone.headName
  }

  /// Puts a head on `backbone` as a recipe says.
  init<Backbone: VideoBackbone>(
    _ backbone: Backbone, classCount: Int, _ head: ClassifierHead, layouts: [KeyMap]? = nil
  ) throws(ModelError) {
    self.init(
      try Classifier(
        backbone, classCount: classCount, training: head.learning, headScale: head.scale, dropout: head.dropout),
      layouts: layouts)
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
}
