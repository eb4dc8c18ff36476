public import SluiceNN
public import SluiceTensor

/// A network that gives one feature per clip, so that a classifier can be put on it.
public protocol VideoBackbone: PublishedModel {
  /// Width of a feature.
  var featureDimension: Int { get }
  /// Height and width of the frames it is made for, pixels.
  var imageSize: Int { get }
  /// Frames of a clip.
  var frameCount: Int { get }
  /// What checkpoints call the head's weight and bias, less `.weight` and `.bias`.
  var headName: String { get }

  /// One feature per clip, `[B, D]`, of `[B, 3, T, H, W]` normalized clips.
  func features(of clips: Tensor, _ pass: ForwardPass) throws(ModelError) -> Tensor
}

extension VideoBackbone {
  /// VideoTransformer-pytorch's name.
  public var headName: String { "cls_head.cls_head" }
}

/// How much of a classifier learns.
public enum ClassifierLearning: String, Sendable, CaseIterable {
  /// All of it.
  case finetune
  /// The head alone: the backbone runs as in evaluation and gets no gradient.
  case linearProbe
}

/// A backbone with a linear head that classifies clips.
///
/// ```swift
/// let model = try Classifier(TimeSformer(), classCount: 400)
/// let logits = try model.logits(of: clips)   // [B, 400]
/// ```
public struct Classifier<Backbone: VideoBackbone>: Sendable {
  /// What features come from.
  public let backbone: Backbone
  /// Classes there are.
  public let classCount: Int
  /// How much of the network learns.
  public let training: ClassifierLearning
  private let head: Linear
  private let dropout: Double

  /// Adds the head to `backbone`, whose parameters must not have been made yet.
  /// - Parameters:
  ///   - headScale: what the head's initial weights are multiplied by.
  ///   - dropout: the probability that a feature is dropped before the head, in training.
  /// - Throws: ``ModelError`` if there are fewer than two classes.
  public init(
    _ backbone: Backbone, classCount: Int, training: ClassifierLearning = .finetune, headScale: Double = 1,
    dropout: Double = 0
  ) throws(ModelError) {
    guard classCount > 1 else { throw ModelError("Classifier: classCount is \(classCount), wanted are at least 2") }
    self.backbone = backbone
    self.classCount = classCount
    (self.training, self.dropout) = (training, dropout)
    let initial: Initializer = training == .finetune ? .truncatedNormal(0.02 * headScale) : .normal(0.01 * headScale)
    head = Linear(
      ParameterScope(backbone.parameters)[backbone.headName], inputs: backbone.featureDimension,
      outputs: classCount, weight: initial)
    if training == .linearProbe { backbone.parameters.freeze { !$0.hasPrefix(backbone.headName + ".") } }
  }

  /// The backbone's parameters and the head's.
  public var parameters: ParameterStore { backbone.parameters }

  /// How much each class is favored, `[B, classCount]`, before any softmax.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  public func logits(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws -> Tensor {
    switch training {
    case .finetune: head(pass.dropout(try backbone.features(of: clips, pass), rate: dropout))
    case .linearProbe:
      head(pass.dropout(try withoutGradients { try backbone.features(of: clips, .evaluation) }, rate: dropout))
    }
  }
}

extension MViT: VideoBackbone {
  public var featureDimension: Int { configuration.outputDimension }
  public var imageSize: Int { configuration.imageSize }
  public var frameCount: Int { configuration.frameCount }
}

extension TimeSformer: VideoBackbone {
  public var featureDimension: Int { configuration.dimension }
  public var imageSize: Int { configuration.imageSize }
  public var frameCount: Int { configuration.frameCount }
}

extension ViViT: VideoBackbone {
  public var featureDimension: Int { configuration.dimension }
  public var imageSize: Int { configuration.imageSize }
  public var frameCount: Int { configuration.frameCount }
}

extension MViTv2: VideoBackbone {
  public var featureDimension: Int { configuration.outputDimension }
  public var imageSize: Int { configuration.imageSize }
  public var frameCount: Int { configuration.frameCount }
  public var headName: String { "head.projection" }
}

extension VideoViT: VideoBackbone {
  public var featureDimension: Int { configuration.dimension }
  public var imageSize: Int { configuration.height }
  public var frameCount: Int { configuration.frameCount }
  public var headName: String { "head" }
}
