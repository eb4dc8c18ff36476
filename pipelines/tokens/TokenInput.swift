internal import SluiceAugment
internal import SluiceFlow
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTokenize
internal import SluiceTraining

/// Where the tokens of a run come from: what `--tokenizer` names.
enum TokenInput {
  /// An encoder, or what stands for one in a graph that is only drawn.
  case encoder(any Tokenizer)
  /// Tokens that were stored beside the named shards; each set of the run's data has its own.
  case stored(StoredTokens)

  var vocabularySize: Int { source.vocabularySize }

  /// What the named thing says of itself.
  var source: any TokenSource {
    switch self {
    case .encoder(let tokenizer): tokenizer
    case .stored(let tokens): tokens
    }
  }

  /// The tokens of some of the run's data.
  /// - Parameter recipe: the views that a run without stored ones would draw.
  /// - Throws: an error that names what of the data has no tokens, or cannot agree with its views.
  func stream(
    of paths: [String], seenBy recipe: @autoclosure () throws -> ViewRecipe
  ) throws -> TokenStream {
    // Graphs can be drawn without data.
    guard case .stored(let named) = self, !paths.isEmpty else { return TokenStream(source: source) }
    if let list = paths.first(where: { !ShardSet.isSet($0) }) {
      throw RunError(
        .data,
        "\(list) is no directory of shards, and stored tokens belong to clips of shards. Name shards that have tokens, or an "
          + "encoder by --tokenizer.")
    }
    // Mostly the named shards are the data: they were opened, and their views compared with their clips, before.
    let tokens = paths == named.directories ? named : try StoredTokens(of: try paths.map { try ShardSet($0) })
    let recipe = try recipe()
    try tokens.requireSame(as: named)
    try tokens.requireViews(of: recipe)
    return TokenStream(source: tokens, views: .stored(tokens, recipe))
  }
}

/// The tokens of one stream of data.
struct TokenStream {
  let source: any TokenSource
  /// The views that they are of.
  var views = SeenViews.drawn
}

/// Which views a stream of data sees of its clips.
enum SeenViews {
  /// New ones, drawn as the run's recipe says.
  case drawn
  /// Those that are stored beside the clips, of which there are tokens; they were drawn by a like recipe.
  case stored(StoredTokens, ViewRecipe)

  /// The stage that chooses frames: of a stored view, or `sampling`.
  func sampling(_ sampling: Segment<ClipHandle, FrameSelection>) -> Segment<ClipHandle, FrameSelection> {
    guard case .stored(let tokens, _) = self else { return sampling }
    return Segment { DrawView(tokens) }
  }

  /// What cuts the crop out: as the stored view has it, or `augment`.
  /// - Parameter operations: what is done to a stored view behind it.
  func augment(_ augment: Augment, then operations: [AugmentOperation] = []) -> Augment {
    guard case .stored(_, let recipe) = self else { return augment }
    return recipe.stored(then: operations)
  }

  /// What tells stored views and their tokens from others; `nil` where views are drawn.
  var digest: String? {
    get throws {
      guard case .stored(let tokens, _) = self else { return nil }
      return try tokens.digest
    }
  }
}
