public import SluiceCheckpoints
internal import SluiceNN

/// How a TimeSformer or a ViViT begins with weights that were not made for it.
///
/// ```swift
/// var settings = SpaceTimeImport()
/// settings.inflation = .centerFrame
/// try weights.load(into: model.parameters, layouts: model.layouts(settings))
/// ```
/// - Source: VideoTransformer-pytorch, `weight_init`.
public struct SpaceTimeImport: Sendable, Equatable {
  /// Where weights come from.
  public enum Source: String, Sendable, CaseIterable {
    /// Found by the names in the file.
    case auto
    /// An image ViT.
    case imageViT = "imagenet"
    /// A masked autoencoder; its decoder is left out.
    case maskedAutoencoder = "mae"
    /// A video transformer of the same kind.
    case kinetics
  }

  /// What the part that image models lack gets: attention along time, or the temporal stack.
  public enum Copy: String, Sendable, CaseIterable {
    /// The weights of the part they have.
    case `repeat`
    /// Zeros.
    case zeros = "set_zero"
    /// Zeros in the copy, which in divided attention is the one along space: what VideoTransformer-pytorch does.
    case repositoryZeros = "set_zero_repo"
  }

  /// Where weights come from.
  public var source: Source = .auto
  /// What the part that image models lack gets.
  public var copy: Copy = .repeat
  /// How patch filters of frames become filters of tubelets.
  public var inflation: ShapeFit.Inflation = .average
  /// Whether a masked autoencoder's attention weights are left out, as VideoTransformer-pytorch does by mistake.
  public var skipsAutoencoderAttention: Bool = false

  /// The defaults.
  public init() {}
}
