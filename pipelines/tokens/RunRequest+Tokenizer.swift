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

  /// What tells a run with these tokens from runs with others.
  func fixedParts(_ input: TokenInput, _ streams: [TokenStream]) throws -> [String: String] {
    guard tokenizer != nil else { return [:] }
    var parts = ["tokenizer": input.source.identity]
    let digests = try streams.compactMap { try $0.digest }
    if !digests.isEmpty { parts["tokens"] = digests.joined(separator: "; ") }
    return parts
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
  /// How much smaller the frames are that an encoder reads; 1 for stored tokens, which read none.
  /// - Parameter size: pixels of a cell's side.
  /// - Throws: ``RunError`` if cells are no whole number of tokens wide.
  func viewDivisor(cells size: Int) throws(RunError) -> Int {
    guard case .encoder(let tokenizer) = self else { return 1 }
    return try SecondView(cells: size, of: tokenizer).divisor
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
