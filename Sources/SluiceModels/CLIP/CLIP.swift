internal import Glibc
public import SluiceCheckpoints
public import SluiceNN
public import SluiceTensor

/// Two towers that give images and texts features of one kind: what belongs together is near in angle.
///
/// ```swift
/// let clip = try CLIP(CLIPConfiguration.named("ViT-B/32")!)
/// let images = try clip.imageFeatures(of: .zeros([2, 3, 224, 224]))          // [2, 512]
/// ```
/// Features are not normalized. Parameters have the names of OpenAI's archives, in their order.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021; drop rates
///   and frames seen together as BIKE has them.
public struct CLIP: PublishedModel {
  /// The networks' shape.
  public let configuration: CLIPConfiguration
  /// The parameters of both towers, and the scale.
  public let parameters: ParameterStore

  private let logScale: Weight
  private let vision: VisionTower
  private let text: TextTower

  /// Describes the networks; their parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: CLIPConfiguration) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)
    let leading = TextTower.Leading(scope, configuration)
    logScale = scope.weight("logit_scale", [], .constant(log(1 / 0.07)))
    vision = VisionTower(scope["visual"], configuration)
    text = TextTower(scope, leading, configuration)
  }

  /// A feature of each image, `[N, E]`; of each video, `[N / T, E]`, where its `T` frames are seen together.
  /// - Parameter images: `[N, 3, R, R]`, normalized; the frames of a video follow one another.
  /// - Throws: ``ModelError`` if they are of another size.
  public func imageFeatures(of images: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    try vision(images, pass)
  }

  /// Features of texts and of their tokens.
  /// - Parameters:
  ///   - ids: row-major `[count, L]`, each text from start to end, filled up with 0.
  ///   - count: texts.
  /// - Throws: ``ModelError`` if ids are missing, or outside the vocabulary.
  public func textFeatures(
    of ids: [Int32], count: Int, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> CLIPTexts {
    try text(ids, count: count, pass)
  }

  /// What cosines are multiplied by to become logits: one number, learned as its logarithm.
  public func scale() -> Tensor { logScale.value.exponential() }

  /// OpenAI's archives, and their weights as safetensors.
  public var layouts: [KeyMap] {
    let side = configuration.patchesPerSide
    return [
      KeyMap(
        "clip", "OpenAI's CLIP archives",
        [
          .drop("input_resolution"), .drop("context_length"), .drop("vocab_size"),
          // In no archive: only videos whose frames are seen together have times.
          .fresh("visual.time_embedding"),
          .fit("visual.positional_embedding", .gridRows(leading: 1, rows: side, columns: side)),
        ])
    ]
  }
}
