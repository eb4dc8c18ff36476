internal import SluiceNN
internal import SluiceTensor

/// The token ids of several texts, filled up to one width.
struct TokenRows {
  /// Row-major `[B, S]`.
  let ids: [Int]
  /// Tokens of each text without padding.
  let lengths: [Int]

  /// Tokens of a row, `S`.
  var width: Int { lengths.isEmpty ? 0 : ids.count / lengths.count }

  /// - Throws: ``ModelError`` unless every text fits a network of this configuration.
  init(
    _ ids: some Collection<some BinaryInteger>, lengths: [Int], for configuration: SimVTPConfiguration
  ) throws(ModelError) {
    self.ids = ids.map { Int($0) }
    self.lengths = lengths
    guard !lengths.isEmpty, self.ids.count == lengths.count * width,
      lengths.allSatisfy({ $0 >= 1 && $0 <= width })
    else {
      throw ModelError("SimVTP: \(ids.count) ids for texts of \(lengths) tokens, wanted are rows of one width")
    }
    guard width <= configuration.textPositions else {
      throw ModelError(
        "SimVTP: a text of \(width) tokens, at most \(configuration.textPositions) are wanted. Lower maxTextLength")
    }
    if let outside = self.ids.first(where: { !(0..<configuration.vocabularySize).contains($0) }) {
      throw ModelError(
        "SimVTP: token \(outside) is outside the vocabulary of \(configuration.vocabularySize). Use the vocabulary that "
          + "the network was made for")
    }
  }

  /// What is added to the scores of attention so that nothing attends to padding, `[B, 1, 1, leading + S]`; `nil` if there
  /// is none.
  /// - Parameter leading: tokens before the text, which are all there.
  func mask(leading: Int = 0) -> Tensor? {
    let (keys, width) = (leading + width, width)
    guard lengths.contains(where: { $0 < width }) else { return nil }
    return Tensor([lengths.count, 1, 1, keys]) { elements in
      for (row, length) in lengths.enumerated() {
        for column in leading + length..<keys { elements[row * keys + column] = -10_000 }
      }
    }
  }
}

/// BERT's embeddings of words: of the word, of its position and of its kind, added and normalized.
/// - Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", 2019.
struct TextEmbeddings: Sendable {
  private let words: Weight
  private let positions: Weight
  /// All words are of the first of two kinds.
  private let kinds: Weight
  private let norm: LayerNorm

  /// Declares `word_embeddings.weight` and so on in `scope`.
  init(_ scope: ParameterScope, _ configuration: SimVTPConfiguration) {
    let width = configuration.video.dimension
    func table(_ name: String, _ rows: Int) -> Weight { scope[name].weight("weight", [rows, width], .normal(0.02)) }
    words = table("word_embeddings", configuration.vocabularySize)
    positions = table("position_embeddings", configuration.textPositions)
    kinds = table("token_type_embeddings", 2)
    norm = LayerNorm(scope["LayerNorm"], dimension: width, epsilon: 1e-12)
  }

  /// `[B, S, D]`, before any dropout.
  func callAsFunction(_ texts: TokenRows) -> Tensor {
    let rows = words.value.rows(at: texts.ids).reshaped(texts.lengths.count, texts.width, words.shape[1])
    let places = positions.value.rows(at: Array(0..<texts.width)) + kinds.value.rows(at: [0])
    return norm(rows + places)
  }
}
