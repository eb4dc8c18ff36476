public import SluiceNN
public import SluiceTensor

/// A tower of images and a tower of texts whose features meet where they belong together.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021.
public struct CLIP: PublishedModel {
  /// The towers' shape.
  public let configuration: CLIPConfiguration
  /// The parameters of both towers, and the learned scale.
  public let parameters: ParameterStore
  private let textPositions: Weight
  private let textProjection: Weight
  private let logarithm: Weight
  private let visual: CLIPVision
  private let textBlocks: [CLIPBlock]
  private let words: Weight
  private let textNorm: LayerNorm

  /// Describes the towers; their parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: CLIPConfiguration) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    let (store, width) = (ParameterStore(), configuration.textWidth)
    let scope = ParameterScope(store)
    parameters = store
    textPositions = scope.weight("positional_embedding", [configuration.contextLength, width], .normal(0.01))
    textProjection = scope.weight(
      "text_projection", [width, configuration.embedding], .normal(1 / Double(width).squareRoot()))
    logarithm = scope.weight("logit_scale", [], .constant(2.659_260_036_932_778))
    visual = CLIPVision(scope["visual"], configuration)
    textBlocks = (0..<configuration.textLayers).map { index in
      CLIPBlock(
        scope["transformer.resblocks.\(index)"], width: width, heads: configuration.textHeads,
        dropRate: index < configuration.visionLayers ? configuration.dropRate(of: index) : 0,
        initial: .text(width: width, layers: configuration.textLayers))
    }
    words = scope["token_embedding"].weight("weight", [configuration.vocabularySize, width], .normal(0.02))
    textNorm = LayerNorm(scope["ln_final"], dimension: width, epsilon: 1e-5)
  }

  /// A feature of each image, `[N, E]`, as it is; of frames that are seen together one for each clip.
  /// - Parameter images: `[N, 3, R, R]`, normalized.
  /// - Throws: ``ModelError`` if they are of another size.
  public func imageFeatures(of images: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    let (shape, size) = (images.shape.dimensions, configuration.imageSize)
    guard shape.count == 4, Array(shape.dropFirst()) == [3, size, size],
      shape[0] > 0, shape[0].isMultiple(of: configuration.jointFrames ?? 1)
    else {
      throw ModelError("CLIP: images are \(shape), wanted are [N, 3, \(size), \(size)]. Set the size of clips")
    }
    return visual.features(of: images, pass)
  }

  /// Features of texts, as they are.
  /// - Parameter ids: row-major `[count, context]`: start, tokens, end, filled up with 0.
  /// - Throws: ``ModelError`` if there are not as many, or one is outside the vocabulary.
  public func textFeatures(
    of ids: [Int32], count: Int, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> CLIPTexts {
    let (length, width) = (configuration.contextLength, configuration.textWidth)
    guard count > 0, ids.count == count * length else {
      throw ModelError("CLIP: \(ids.count) tokens of \(count) texts, wanted are \(length) of each")
    }
    if let outside = ids.first(where: { !(0..<configuration.vocabularySize).contains(Int($0)) }) {
      throw ModelError("CLIP: token \(outside) is outside the vocabulary of \(configuration.vocabularySize)")
    }
    var rows = words.value.rows(at: ids.map { Int($0) }).reshaped(count, length, width) + textPositions.value
    rows = pass.dropout(rows, rate: configuration.embeddingDropout)
    let mask = Tensor([1, 1, length, length]) { elements in
      for row in 0..<length {
        for column in row + 1..<max(length, row + 1) { elements[row * length + column] = -.infinity }
      }
    }
    for block in textBlocks { rows = pass.block(rows) { block($0, mask: mask, $1) } }
    let normal = textNorm(rows)
    // The end has the largest id; the first one counts.
    let ends = (0..<count).map { text -> Int in
      let own = ids[text * length..<(text + 1) * length]
      return own.indices.max { (own[$0], -$0) < (own[$1], -$1) } ?? 0
    }
    let flat = normal.reshaped(count * length, width)
    return CLIPTexts(
      sentences: flat.rows(at: ends).matmul(textProjection.value),
      tokens: flat.matmul(textProjection.value).reshaped(count, length, configuration.embedding))
  }

  /// What cosines are multiplied by in training, one number.
  public func scale() -> Tensor { logarithm.value.exponential() }
}

/// Features of some texts.
public struct CLIPTexts: Sendable {
  /// Of each text, `[A, E]`.
  public let sentences: Tensor
  /// Of each position of each text, `[A, context, E]`.
  public let tokens: Tensor

  public init(sentences: Tensor, tokens: Tensor) {
    self.sentences = sentences
    self.tokens = tokens
  }
}
