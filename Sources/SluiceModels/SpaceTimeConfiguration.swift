/// The shape of a TimeSformer or a ViViT.
///
/// - Source: Bertasius et al., "Is space-time attention all you need for video understanding?", ICML 2021; Arnab et al.,
///   "ViViT: a video vision transformer", ICCV 2021.
public struct SpaceTimeConfiguration: Sendable, Equatable {
  /// Which tokens attend to which.
  public enum Attention: String, Sendable, CaseIterable {
    /// Along time, then along space, in each block.
    case divided = "divided_space_time"
    /// All tokens of a clip.
    case joint = "joint_space_time"
    /// Only tokens of the same frame; frames meet in a mean at the end.
    case spaceOnly = "space_only"
    /// A stack over the tokens of each time step, then a stack over the steps.
    case factorized = "fact_encoder"
  }

  /// What a clip's feature is.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The class token's row.
    case classToken
    /// The mean of all other rows.
    case mean
  }

  /// Which class tokens of the spatial stack enter the temporal stack.
  public enum FactorizedClass: String, Sendable, CaseIterable {
    /// The one of each clip's own first step.
    case firstStep = "first_step"
    /// Rows 0…B−1 of all steps of all clips, which mixes clips, as VideoTransformer-pytorch does in training.
    case repositoryRows = "repo_rows"
  }

  /// Frames of a clip.
  public var frameCount: Int
  /// Height and width the position table is for, pixels.
  public var imageSize = 224
  /// Height and width of a patch, pixels.
  public var patchSize = 16
  /// Frames of a tubelet; `nil` for patches of single frames, whose filters have no time axis.
  public var tubeletSize: Int?
  /// Width of a token.
  public var dimension = 768
  /// Heads of each attention.
  public var headCount = 12
  /// Blocks, of the spatial stack where there are two.
  public var depth = 12
  /// Blocks of the temporal stack of factorized attention.
  public var temporalDepth = 4
  /// Which tokens attend to which.
  public var attention: Attention
  /// Whether position tables are learned; else they are sines and cosines.
  public var hasLearnedPositions = true
  /// What a clip's feature is.
  public var pooling = Pooling.classToken
  /// Which class tokens the temporal stack of factorized attention takes.
  public var factorizedClass = FactorizedClass.firstStep
  /// Rate of stochastic depth in the last block of each stack; it grows from 0 in the first.
  public var dropPathRate = 0.1

  /// TimeSformer-B: 8 frames, divided attention.
  public static let timeSformerBase = SpaceTimeConfiguration(frameCount: 8, attention: .divided)

  /// ViViT-B: 16 frames in tubelets of 2, factorized encoder.
  public static let vivitBase: SpaceTimeConfiguration = {
    var base = SpaceTimeConfiguration(frameCount: 16, attention: .factorized)
    base.tubeletSize = 2
    return base
  }()

  /// The sizes of the base models with these frames and attention, to be edited.
  public init(frameCount: Int, attention: Attention) {
    self.frameCount = frameCount
    self.attention = attention
  }

  /// Time steps after the patch embedding.
  public var stepCount: Int { frameCount / (tubeletSize ?? 1) }

  /// Patches along one side of the frames the position table is for.
  var patchesPerSide: Int { imageSize / patchSize }

  /// Throws unless every size is positive and divides as it must.
  func validate(_ model: String, attentions: [Attention]) throws(ModelError) {
    guard attentions.contains(attention) else {
      throw ModelError(
        "\(model): attention \(attention.rawValue) is none of \(attentions.map(\.rawValue).joined(separator: ", "))")
    }
    let sizes = [frameCount, imageSize, patchSize, tubeletSize ?? 1, dimension, headCount, depth, temporalDepth]
    guard sizes.allSatisfy({ $0 > 0 }) else {
      throw ModelError("\(model): every size must be at least 1, found \(sizes)")
    }
    guard imageSize % patchSize == 0, frameCount % (tubeletSize ?? 1) == 0 else {
      throw ModelError(
        "\(model): patches of \(patchSize) pixels and \(tubeletSize ?? 1) frames do not divide \(frameCount) frames of "
          + "\(imageSize) pixels. Change imageSize, frameCount or the patches")
    }
    try TokenLimit.check(model, (stepCount, patchesPerSide, patchesPerSide))
    guard dimension % headCount == 0 else {
      throw ModelError("\(model): \(headCount) heads do not divide a dimension of \(dimension)")
    }
    guard (0..<1).contains(dropPathRate) else {
      throw ModelError("\(model): dropPathRate is \(dropPathRate), wanted is 0 ..< 1")
    }
  }
}
