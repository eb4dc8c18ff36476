public import SluiceForward
public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor

/// A network that says how well videos fit texts: features of frames on one side, of prompts on the other, and scores of both.
///
/// Nothing is drawn at random in it, and no gradient is wanted.
public protocol VideoTextNetwork: Sendable {
  /// The parameters of both sides.
  var parameters: ParameterStore { get }

  /// A feature of each frame of each clip, `[N, T, D]`, as the tower gives it: neither normalized nor aggregated.
  /// - Parameter clips: `[N, 3, T, H, W]`, normalized.
  /// - Throws: an error that prints both shapes if the clips do not fit the network.
  func frameFeatures(of clips: Tensor) throws -> Tensor

  /// Features of the prompts of `K` classes, of sentences `[K, D]` and tokens `[K, W, D]`.
  /// - Throws: an error that says what of the prompts does not fit the network.
  func texts(of prompts: ClassPrompts) throws -> CLIPTexts

  /// How well each video fits each text, `[N, K]`, before any scale.
  /// - Parameter frames: of ``frameFeatures(of:)``.
  /// - Throws: an error that prints both shapes if they are of another width.
  func scores(of frames: Tensor, _ texts: CLIPTexts) throws -> Tensor
}

extension BIKEModel: VideoTextNetwork {
  public func frameFeatures(of clips: Tensor) throws -> Tensor { try frameFeatures(of: clips, .evaluation) }

  public func texts(of prompts: ClassPrompts) throws -> CLIPTexts { try texts(of: Optional(prompts)) }

  public func scores(of frames: Tensor, _ texts: CLIPTexts) throws -> Tensor {
    try scores(of: frames, texts, .evaluation)
  }
}
