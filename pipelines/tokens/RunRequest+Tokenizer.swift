internal import SluiceAugment
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTokenize
internal import SluiceTraining

extension RunRequest {
  /// What `--tokenizer` names: an encoder, or shards with stored tokens; what can only be drawn in graphs where no data was
  /// named either.
  /// - Throws: an error that says what is missing, or what of the file is wrong.
  func tokenInput() throws -> TokenInput {
    guard let tokenizer else {
      guard data.isEmpty else { throw NoTokenizer.error }
      return .encoder(NoTokenizer())
    }
    if ShardSet.isSet(tokenizer) { return .stored(try StoredTokens(of: [try ShardSet(tokenizer)])) }
    return .encoder(try DVAETokenizer(opening: tokenizer))
  }

  /// - Throws: ``RunError`` if a tokenizer was named for targets that are no tokens.
  func requireUse(ofTokenizerFor target: TargetKind) throws(RunError) {
    guard let tokenizer, target != .tokens else { return }
    throw RunError(
      .configuration,
      "--tokenizer \(tokenizer) has no effect here: the target is \(target.rawValue). Leave it out, or take --target tokens."
    )
  }

  /// What tells a run with these tokens from runs with others, and how large the network is that makes them; nothing of
  /// tokens that nobody named.
  /// - Parameter streams: the tokens of each stream of data; none where something else is predicted.
  func parts(of streams: [TokenStream]) throws -> (fixed: [String: String], frozen: [String: Int]) {
    guard tokenizer != nil, let source = streams.first?.source else { return ([:], [:]) }
    var fixed = ["tokenizer": source.identity]
    let digests = try streams.compactMap { try $0.views.digest }
    if !digests.isEmpty { fixed["tokens"] = digests.joined(separator: "; ") }
    return (fixed, ["tokenizer": source.parameterCount])
  }
}

extension SecondView {
  /// The view that has a token for each cell of `size` pixels.
  /// - Throws: ``RunError`` if cells are no whole number of tokens wide.
  init(cells size: Int, of tokenizer: any Tokenizer) throws(RunError) {
    guard size % tokenizer.tokenSize == 0 else {
      throw RunError(
        .configuration,
        "cells of \(size) pixels are predicted, and the tokenizer's tokens have \(tokenizer.tokenSize). Take patches of a "
          + "multiple of \(tokenizer.tokenSize).")
    }
    self.init(divisor: size / tokenizer.tokenSize)
  }
}

extension TokenInput {
  /// What an encoder reads of frames; `nil` for stored tokens, which need none.
  /// - Parameter size: pixels of a cell's side.
  /// - Throws: ``RunError`` if cells are no whole number of tokens wide.
  func view(cells size: Int) throws(RunError) -> SecondView? {
    guard case .encoder(let tokenizer) = self else { return nil }
    return try SecondView(cells: size, of: tokenizer)
  }
}

/// What stands where no tokenizer was named: graphs can be drawn, and nothing can be trained.
struct NoTokenizer: Tokenizer {
  static let error = RunError(
    .configuration,
    "no tokenizer: name the encoder's file or folder by --tokenizer. 'sluice weights make dvae --out DIR' makes a random one "
      + "for trying things out.")

  let vocabularySize = 8192
  let tokenSize = 8
  let identity = ""

  func tokens(of frames: PixelClip) throws -> [Int] { throw NoTokenizer.error }
}
