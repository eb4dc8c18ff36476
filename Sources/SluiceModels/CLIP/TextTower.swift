internal import SluiceNN
internal import SluiceTensor

/// CLIP's text tower: tokens see those before them; what becomes of the end token is the text's feature.
struct TextTower: Sendable {
  private let configuration: CLIPConfiguration
  private let positions: Weight
  private let projection: Weight
  private let blocks: [CLIPBlock]
  private let words: Weight
  private let norm: LayerNorm

  /// The parameters that stand before those of the vision tower.
  struct Leading {
    let positions: Weight
    let projection: Weight

    init(_ scope: ParameterScope, _ configuration: CLIPConfiguration) {
      let width = configuration.textWidth
      positions = scope.weight("positional_embedding", [configuration.contextLength, width], .normal(0.01))
      projection = scope.weight(
        "text_projection", [width, configuration.embedding], .normal(1 / Double(width).squareRoot()))
    }
  }

  init(_ scope: ParameterScope, _ leading: Leading, _ configuration: CLIPConfiguration) {
    self.configuration = configuration
    (positions, projection) = (leading.positions, leading.projection)
    let width = configuration.textWidth
    blocks = (0..<configuration.textLayers).map { index in
      CLIPBlock(
        scope["transformer.resblocks.\(index)"], width: width, heads: configuration.textHeads,
        dropRate: configuration.dropRate(ofBlock: index),
        initial: .text(width: width, layers: configuration.textLayers))
    }
    words = scope["token_embedding"].weight("weight", [configuration.vocabularySize, width], .normal(0.02))
    norm = LayerNorm(scope["ln_final"], dimension: width, epsilon: 1e-5)
  }

  /// Features of texts, whose ids are row-major `[count, contextLength]`.
  func callAsFunction(_ ids: [Int32], count: Int, _ pass: ForwardPass) throws(ModelError) -> CLIPTexts {
    let length = configuration.contextLength
    guard count > 0, ids.count == count * length else {
      throw ModelError("CLIP: \(ids.count) ids of \(count) texts, wanted are \(length) for each of one or more")
    }
    if let outside = ids.first(where: { !(0..<configuration.vocabularySize).contains(Int($0)) }) {
      throw ModelError(
        "CLIP: token \(outside) is outside the vocabulary of \(configuration.vocabularySize). Use the merges that the network "
          + "was made for")
    }
    var rows = words.value.rows(at: ids.map { Int($0) }).reshaped(count, length, configuration.textWidth)
    rows = pass.dropout(rows + positions.value, rate: configuration.embeddingDropout)
    let mask = TextTower.causalMask(length)
    for (index, block) in blocks.enumerated() {
      rows = pass.block(rows) { block($0, mask: mask, $1) }
      pass.observe("text.block\(index)", rows)
    }
    rows = norm(rows)
    pass.observe("text.ln_final", rows)
    let tokens = rows.matmul(projection.value)
    let ends = (0..<count).map { text in text * length + TextTower.end(of: ids[text * length..<(text + 1) * length]) }
    let flat = tokens.reshaped(count * length, configuration.embedding)
    return CLIPTexts(sentences: flat.rows(at: ends), tokens: tokens)
  }

  /// The position of the end token: it has the largest id, and of several the first counts.
  private static func end(of ids: ArraySlice<Int32>) -> Int {
    let largest = ids.max() ?? 0
    return (ids.firstIndex(of: largest) ?? ids.startIndex) - ids.startIndex
  }

  /// What is added to scores so that no token sees one behind it, `[1, 1, n, n]`.
  private static func causalMask(_ count: Int) -> Tensor {
    Tensor([1, 1, count, count]) { elements in
      for row in 0..<count {
        for column in row + 1..<max(count, row + 1) { elements[row * count + column] = -.infinity }
      }
    }
  }
}
