public import SluiceNN
public import SluiceTensor

/// Compares videos, as features of their frames, with texts.
///
/// ```swift
/// let head = try VideoHead(VideoHeadConfiguration(width: 512))
/// let scores = try head.scores(of: frames, texts, pass)   // [B, A]
/// ```
/// Scores are cosines or sums of them, in −1…1: training multiplies them by a learned scale. Parameters have the published
/// names.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `video_header`.
public struct VideoHead: Sendable {
  /// The part of a checkpoint's names under which a head stands beside a ``CLIP``.
  public static let name: String = "video_head"

  /// The head's shape.
  public let configuration: VideoHeadConfiguration
  /// The store with the head's parameters: its own, or the one it was put into; the head adds none without a temporal
  /// module.
  public let parameters: ParameterStore
  private let positions: Weight?
  private let blocks: [CLIPBlock]

  /// Describes a head with parameters of its own.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: VideoHeadConfiguration) throws(ModelError) {
    try self.init(configuration, in: ParameterScope(ParameterStore()))
  }

  /// Describes a head whose parameters stand beside those of `clip`, as `video_head.…`, so that both are trained together.
  /// - Parameter clip: its parameters must not have been made yet.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: VideoHeadConfiguration, beside clip: CLIP) throws(ModelError) {
    try self.init(configuration, in: ParameterScope(clip.parameters)[VideoHead.name])
  }

  private init(_ configuration: VideoHeadConfiguration, in scope: ParameterScope) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    guard configuration.temporal == .transf else {
      (positions, blocks) = (nil, [])
      return
    }
    positions = scope["frame_position_embeddings"].weight(
      "weight", [configuration.frameLimit, configuration.width], .normal(0.02))
    blocks = (0..<configuration.depth).map { index in
      CLIPBlock(
        scope["transformer.resblocks.\(index)"], width: configuration.width, heads: configuration.headCount,
        epsilon: configuration.epsilon, initial: .head(width: configuration.width))
    }
  }

  /// How well each video fits each text, `[B, A]`, before any scale.
  /// - Parameters:
  ///   - frames: `[B, T, D]`, as the vision tower gives them.
  ///   - texts: of `A` sentences, as the text tower gives them.
  /// - Throws: ``ModelError`` if they are of another width, or frames are more than there are positions for.
  public func scores(
    of frames: Tensor, _ texts: CLIPTexts, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    try check(frames.shape, texts)
    let frames = aggregated(frames, pass)
    switch configuration.interaction {
    case .dp:
      return frames.mean(over: 1).cosines(with: texts.sentences)
    case .vcs:
      return frames.dividedByLength().spotted(
        words: texts.tokens.dividedByLength(), texts: texts.sentences.dividedByLength(),
        temperature: configuration.temperature)
    }
  }

  /// How much each frame counts for each text, `[B, A, T]`, a video's frames 1 together.
  ///
  /// All alike where words say nothing about it (``Interaction/dp``). Without gradients.
  /// - Throws: as ``scores(of:_:_:)``.
  public func saliency(of frames: Tensor, _ texts: CLIPTexts) throws(ModelError) -> Tensor {
    try check(frames.shape, texts)
    guard configuration.interaction == .vcs else {
      return .full([frames.shape[0], texts.sentences.shape[0], frames.shape[1]], 1 / Float(frames.shape[1]))
    }
    return withoutGradients {
      aggregated(frames, .evaluation).dividedByLength().saliency(
        words: texts.tokens.dividedByLength(), temperature: configuration.temperature)
    }
  }

  /// What becomes of frames, `[B, T, D]`, before they are compared.
  package func aggregated(_ frames: Tensor, _ pass: ForwardPass) -> Tensor {
    guard let positions else { return frames }
    var rows = frames + positions.value.slice(0..<frames.shape[1], axis: 0)
    for block in blocks { rows = pass.block(rows) { block($0, mask: nil, $1) } }
    // Beside the blocks frames pass without their positions.
    return rows + frames
  }

  private func check(_ frames: Shape, _ texts: CLIPTexts) throws(ModelError) {
    let width = configuration.width
    guard frames.rank == 3, frames.count > 0, frames[2] == width else {
      throw ModelError("VideoHead: features of frames are \(frames), wanted are [B, T, \(width)]")
    }
    guard positions == nil || frames[1] <= configuration.frameLimit else {
      throw ModelError(
        "VideoHead: \(frames[1]) frames of a video, at most \(configuration.frameLimit) are wanted. Sample fewer frames"
      )
    }
    let (sentences, tokens) = (texts.sentences.shape, texts.tokens.shape)
    guard sentences.rank == 2, tokens.rank == 3, sentences[0] > 0, tokens[0] == sentences[0], tokens[1] > 0,
      sentences[1] == width, tokens[2] == width
    else {
      throw ModelError(
        "VideoHead: features of texts are \(sentences) and \(tokens), wanted are [A, \(width)] and [A, W, \(width)]")
    }
  }
}
