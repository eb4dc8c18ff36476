public import SluiceFlow
public import SluiceModels

/// What `--set network.…` decides of a CLIP and of the head beside it, under the keys of BIKE's configuration files; sizes
/// are those of the weights.
public struct BIKENetworkSettings: Sendable, Equatable {
  /// What a video's frames go through.
  public var temporal: TemporalModule = .transf
  /// How a video is compared with a text.
  public var interaction: Interaction = .vcs
  /// The probability that a block of the vision tower is skipped, of the last one; less below.
  public var dropRate: Double = 0
  /// The probability that a token of an image is dropped, in training.
  public var embeddingDropout: Double = 0
  /// Whether the vision tower attends to all frames of a clip together.
  public var isJoint: Bool = false
  /// Whether the text tower's weights are read, too.
  public var readsText: Bool = true
  /// Whether the text tower stays as it is.
  public var freezesText: Bool = true
  /// Whether the vision tower stays as it is.
  public var freezesVideo: Bool = false

  /// The published head, beside towers of which the one of texts is frozen.
  public init() {}
}

extension BIKENetworkSettings: Configurable {
  public static var settings: [Setting<Self>] {
    [
      Setting("network.sim_header", \.temporal), Setting("network.interaction", \.interaction),
      Setting("network.drop_out", \.dropRate, in: 0...0.99),
      Setting("network.emb_dropout", \.embeddingDropout, in: 0...0.99), Setting("network.joint_st", \.isJoint),
      Setting("network.init", \.readsText), Setting("network.fix_text", \.freezesText),
      Setting("network.fix_video", \.freezesVideo),
    ]
  }
}
