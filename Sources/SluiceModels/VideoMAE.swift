public import SluiceNN
public import SluiceTensor

/// A masked autoencoder for video: an encoder that sees the visible tubelets alone, and a small decoder.
///
/// ```swift
/// let model = try VideoMAE(.base)
/// let prediction = try model.prediction(of: clips, hidden: masks)   // [B, 1568, 1536]
/// ```
/// Parameters have VideoMAE's names.
/// - Source: Tong et al., NeurIPS 2022.
public struct VideoMAE: Sendable {
  /// The network's shape.
  public let configuration: VideoMAEConfiguration
  /// Values that are predicted of each token.
  public let predictionWidth: Int
  /// The network's parameters.
  public let parameters: ParameterStore

  private let maskToken: Weight
  private let positions: Weight?
  private let patches: PatchEmbedding
  private let encoder: [ViTBlock]
  private let encoderNorm: LayerNorm
  private let decoder: [ViTBlock]
  private let decoderNorm: LayerNorm
  private let head: Linear
  private let bridge: Linear

  /// Describes the network; its parameters are made on first use.
  /// - Parameter predictionWidth: values for each token; those of a tubelet's pixels if `nil`.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: VideoMAEConfiguration = .base, predictionWidth: Int? = nil) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)
    let (width, inner) = (configuration.dimension, configuration.decoderDimension)
    maskToken = scope.weight("mask_token", [1, 1, inner], .truncatedNormal(0.02, cut: 0.02))
    positions = configuration.learnedPositions(in: scope["encoder"])
    patches = PatchEmbedding(scope["encoder.patch_embed.proj"], configuration)
    encoder = ViTBlock.stack(scope["encoder"], configuration.encoderSizes(deviation: nil), depth: configuration.depth)
    encoderNorm = LayerNorm(scope["encoder.norm"], dimension: width, epsilon: 1e-6)
    decoder = ViTBlock.stack(scope["decoder"], configuration.decoderSizes, depth: configuration.decoderDepth)
    decoderNorm = LayerNorm(scope["decoder.norm"], dimension: inner, epsilon: 1e-6)
    let outputs = predictionWidth ?? configuration.predictionWidth
    self.predictionWidth = outputs
    head = Linear(
      scope["decoder.head"], inputs: inner, outputs: outputs, weight: .xavier(inputs: inner, outputs: outputs))
    bridge = Linear(
      scope["encoder_to_decoder"], inputs: width, outputs: inner, weight: .reciprocalRoot(inputs: width), bias: nil)
  }

  /// What is predicted for each token of the grid, `[B, N, predictionWidth]`; zeros for visible tokens.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]`, 1 where a token is hidden; as many in each clip.
  /// - Throws: ``ModelError`` if a shape does not fit, or clips hide different numbers of tokens.
  public func prediction(
    of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    let rows = try hiddenPrediction(of: clips, hidden: hidden, pass)
    let indices = hidden.indices.filter { hidden[$0] != 0 }
    let width = rows.shape[2]
    return rows.reshaped(-1, width).scattered(to: indices, count: hidden.count)
      .reshaped(rows.shape[0], -1, width)
  }

  /// The predictions of hidden tokens alone, in the order of the grid: `[B, hidden, predictionWidth]`.
  package func hiddenPrediction(
    of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    let tokens = try visibleTokens(of: clips, hidden: hidden, pass)
    return decoded(encoded(tokens.rows, pass), tokens, pass)
  }

  /// What the encoder sees of clips.
  struct VisibleTokens {
    /// The visible tokens with their positions, `[B, visible, D]`.
    let rows: Tensor
    /// The numbers of visible and of hidden tokens of each clip, ascending.
    let numbers: (visible: [[Int]], masked: [[Int]])
  }

  /// The tokens of clips that `hidden` leaves visible.
  func visibleTokens(
    of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass
  ) throws(ModelError) -> VisibleTokens {
    try configuration.check(clips.shape.dimensions)
    let numbers = try divided(hidden, batch: clips.shape[0])
    let tokens = patches(clips)
    pass.observe("patch_embed", tokens)
    let table = positions?.value ?? .waves(rows: configuration.tokenGrid.count, width: configuration.dimension)
    pass.observe("pos_embed_encoder", table)
    return VisibleTokens(rows: (tokens + table).tokens(at: numbers.visible), numbers: numbers)
  }

  /// The encoder's output for tokens `[B, N, D]`, of whatever they are.
  /// - Parameter mask: added to the scores of attention, `[b, 1, 1, N]`.
  func encoded(_ tokens: Tensor, mask: Tensor? = nil, _ pass: ForwardPass) -> Tensor {
    var rows = tokens
    for (index, block) in encoder.enumerated() {
      rows = pass.block(rows) { block($0, mask: mask, $1) }
      pass.observe("encoder_block\(index)", rows)
    }
    rows = encoderNorm(rows)
    pass.observe("encoder", rows)
    return rows
  }

  /// What the decoder predicts for the hidden tokens, `[B, hidden, predictionWidth]`.
  /// - Parameter encoded: what the encoder made of the visible `tokens`.
  func decoded(_ encoded: Tensor, _ tokens: VisibleTokens, _ pass: ForwardPass) -> Tensor {
    let (visible, masked) = tokens.numbers
    var rows = bridge(encoded)
    pass.observe("encoder_to_decoder", rows)
    let (count, inner) = (configuration.tokenGrid.count, configuration.decoderDimension)
    let indices = Tensor.waves(rows: count, width: inner)
    pass.observe("pos_embed_decoder", indices)
    let known = rows + indices.reshaped(count, inner).rows(at: visible.flatMap { $0 }).reshaped(rows.shape)
    let asked = indices.reshaped(count, inner).rows(at: masked.flatMap { $0 }).reshaped(masked.count, -1, inner)
    // Visible tokens come first; positions, not places in the sequence, say where a token belongs.
    rows = .concatenated([known, asked + maskToken.value], axis: 1)
    pass.observe("decoder_in", rows)
    for block in decoder { rows = pass.block(rows) { block($0, $1) } }
    let prediction = head(decoderNorm(rows.slice(known.shape[1]..<rows.shape[1], axis: 1)))
    pass.observe("pred", prediction)
    return prediction
  }

  /// The numbers of visible and of hidden tokens of each clip, ascending.
  private func divided(_ hidden: [UInt8], batch: Int) throws(ModelError) -> (visible: [[Int]], masked: [[Int]]) {
    let count = configuration.tokenGrid.count
    guard hidden.count == batch * count else {
      throw ModelError(
        "VideoMAE: the mask of \(batch) clips has \(hidden.count) entries, wanted are \(batch) × \(configuration.tokenGrid)"
      )
    }
    let masked = (0..<batch).map { clip in (0..<count).filter { hidden[clip * count + $0] != 0 } }
    let visible = (0..<batch).map { clip in (0..<count).filter { hidden[clip * count + $0] == 0 } }
    let counts = Set(masked.map(\.count))
    guard counts.count == 1, let size = counts.first, size > 0, size < count else {
      throw ModelError(
        "VideoMAE: clips of a batch hide \(counts.sorted()) of \(count) tokens, wanted is one number between. Use a tube mask"
      )
    }
    return (visible, masked)
  }
}

/// The video ViT that is fine-tuned from a VideoMAE: all tokens, no decoder.
public struct VideoViT: Sendable {
  /// The network's shape; the decoder's does not matter.
  public let configuration: VideoMAEConfiguration
  /// The network's parameters, and those of a head that was added to it.
  public let parameters: ParameterStore

  private let positions: Weight?
  private let patches: PatchEmbedding
  private let blocks: [ViTBlock]
  private let norm: LayerNorm

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: VideoMAEConfiguration = .base) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)
    positions = configuration.learnedPositions(in: scope)
    patches = PatchEmbedding(scope["patch_embed.proj"], configuration)
    blocks = ViTBlock.stack(
      scope, configuration.encoderSizes(deviation: 0.02), depth: configuration.depth,
      dropPathRate: configuration.dropPathRate)
    norm = LayerNorm(
      scope[configuration.poolsMean ? "fc_norm" : "norm"], dimension: configuration.dimension, epsilon: 1e-6)
  }

  /// One feature per clip, `[B, D]`, of `[B, 3, T, H, W]` normalized clips.
  public func features(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    try configuration.check(clips.shape.dimensions)
    let table =
      positions?.value ?? .waves(rows: configuration.tokenGrid.count, width: configuration.dimension)
    var rows = patches(clips) + table
    for block in blocks { rows = pass.block(rows) { block($0, $1) } }
    let pooled =
      configuration.poolsMean
      ? rows.mean(over: 1) : rows.slice(0..<1, axis: 1).reshaped(rows.shape[0], configuration.dimension)
    let features = norm(pooled)
    pass.observe("features", features)
    return features
  }
}

extension VideoMAEConfiguration {
  /// Positions of the encoder's tokens, `[1, N, D]`; `nil` where they are a fixed table.
  func learnedPositions(in scope: ParameterScope) -> Weight? {
    learnsPositions ? scope.weight("pos_embed", [1, tokenGrid.count, dimension], .truncatedNormal(0.02)) : nil
  }

  func encoderSizes(deviation: Double?) -> ViTBlock.Sizes {
    ViTBlock.Sizes(
      dimension: dimension, headCount: headCount, mlpRatio: mlpRatio, hasQueryValueBias: hasQueryValueBias,
      layerScale: layerScale, deviation: deviation)
  }

  var decoderSizes: ViTBlock.Sizes {
    ViTBlock.Sizes(
      dimension: decoderDimension, headCount: decoderHeadCount, mlpRatio: mlpRatio,
      hasQueryValueBias: hasQueryValueBias, layerScale: layerScale, deviation: nil)
  }
}

extension PatchEmbedding {
  /// The tubelets of a VideoMAE, with PyTorch's initial filters.
  init(_ scope: ParameterScope, _ configuration: VideoMAEConfiguration) {
    let kernel = GridStride(configuration.tubeletSize, configuration.patchSize, configuration.patchSize)
    self.init(
      scope, outputs: configuration.dimension, kernel: kernel, stride: kernel, padding: [0, 0, 0],
      weight: .reciprocalRoot(inputs: 3 * kernel.count))
  }
}
