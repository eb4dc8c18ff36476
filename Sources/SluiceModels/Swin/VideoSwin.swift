public import SluiceNN
public import SluiceTensor

/// A Video Swin transformer: attention within windows of space and time that shift from block to block.
///
/// ```swift
/// let model = try Classifier(VideoSwin(.tiny), classCount: 400)
/// ```
/// Parameters have the names of Video Swin's checkpoints.
/// - Source: Liu et al., "Video Swin transformer", CVPR 2022.
public struct VideoSwin: Sendable {
  /// The network's shape.
  public let configuration: SwinConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let patches: SwinPatches
  private let stages: SwinStages
  private let norm: LayerNorm

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: SwinConfiguration = .compact) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)["backbone"]
    patches = SwinPatches(scope["patch_embed"], configuration)
    stages = SwinStages(scope, configuration)
    norm = LayerNorm(scope["norm"], dimension: configuration.featureDimension, epsilon: 1e-5)
  }

  /// The last stage's map, `[B, t·h·w, D]`, normalized, and its grid.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  package func map(
    of clips: Tensor, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> (tokens: Tensor, grid: GridStride) {
    guard clips.shape.rank == 5, clips.shape[1] == 3 else {
      throw ModelError("Swin: clips are \(clips.shape), wanted is [B, 3, T, H, W]")
    }
    let maps = stages(patches(clips), grid: patches.grid(of: clips), isImage: false, pass)
    // A configuration has at least one stage.
    let last = maps[maps.count - 1]
    return (norm(last.tokens), last.grid)
  }
}

extension VideoSwin: VideoBackbone {
  public var featureDimension: Int { configuration.featureDimension }
  public var imageSize: Int { configuration.imageSize }
  public var frameCount: Int { configuration.frameCount }
  public var headName: String { "cls_head.fc_cls" }

  /// The mean of the last map, `[B, D]`.
  public func features(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    let features = try map(of: clips, pass).tokens.mean(over: 1)
    pass.observe("features", features)
    return features
  }
}
