/// What a video's frames go through before they are compared with texts.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023.
public enum TemporalModule: String, Sendable, CaseIterable {
  /// A transformer over the frames, beside which they pass unchanged.
  case transf = "Transf"
  /// Nothing: frames stay as they are.
  case none = "None"
}

/// How a video is compared with a text.
/// - Source: Wu et al., as above, section 3.3.
public enum Interaction: String, Sendable, CaseIterable {
  /// Video concept spotting: the text's words say how much each frame counts.
  case vcs = "VCS"
  /// The mean over the frames, whatever the text.
  case dp = "DP"
}

/// The shape of a ``VideoHead``.
public struct VideoHeadConfiguration: Sendable, Equatable {
  /// Width of the features of frames and texts.
  public var width: Int
  /// Heads of the temporal module's attention.
  public var headCount: Int
  /// Frames of a video, at most: rows of the table of their positions.
  public var frameLimit: Int
  /// Blocks of the temporal module.
  public var depth: Int
  /// What frames go through.
  public var temporal: TemporalModule
  /// How videos are compared with texts.
  public var interaction: Interaction
  /// What is added to variances in the norms of the temporal module.
  public var epsilon: Float = 1e-12
  /// What scores of words and frames are divided by before frames' shares are taken of them; above 0.
  public var temperature: Float = 0.01

  /// - Parameters:
  ///   - headCount: heads of attention; a head for each 64 of `width` if `nil`, at least one.
  ///   - frameLimit: the text tower's context, as published.
  public init(
    width: Int, headCount: Int? = nil, frameLimit: Int = 77, depth: Int = 6, temporal: TemporalModule = .transf,
    interaction: Interaction = .vcs
  ) {
    self.width = width
    self.headCount = headCount ?? max(1, width / 64)
    self.frameLimit = frameLimit
    self.depth = depth
    self.temporal = temporal
    self.interaction = interaction
  }

  /// Throws unless every size can be.
  func validate() throws(ModelError) {
    guard width > 0, headCount > 0, depth > 0, frameLimit > 0 else {
      throw ModelError(
        "VideoHead: width \(width), headCount \(headCount), depth \(depth) and frameLimit \(frameLimit), wanted are at "
          + "least 1")
    }
    guard temporal == .none || width.isMultiple(of: headCount) else {
      throw ModelError(
        "VideoHead: width \(width) is no multiple of headCount \(headCount). Choose another number of heads")
    }
  }
}
