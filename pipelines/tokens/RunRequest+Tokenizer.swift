internal import SluiceAugment
internal import SluiceSamples
internal import SluiceTokenize
internal import SluiceTraining

extension RunRequest {
  /// The tokenizer that was named; one that can only be drawn in graphs where no data was named either.
  /// - Throws: an error that says what is missing, or what of the file is wrong.
  func openedTokenizer() throws -> any Tokenizer {
    guard tokenizer != nil || data.isEmpty else { throw NoTokenizer.error }
    return try tokenizer.map { try DVAETokenizer(opening: $0) } ?? NoTokenizer()
  }

  /// - Throws: ``RunError`` if a tokenizer was named for targets that are no tokens.
  func requireUse(ofTokenizerFor target: TargetKind) throws(RunError) {
    guard let tokenizer, target != .tokens else { return }
    throw RunError(
      .configuration,
      "--tokenizer \(tokenizer) has no effect here: the target is \(target.rawValue). Leave it out, or take --target tokens."
    )
  }

  /// What tells a run with this tokenizer from runs with others, and how large it is; nothing of one that nobody named.
  func parts(of opened: (any Tokenizer)?) -> (fixed: [String: String], frozen: [String: Int]) {
    guard tokenizer != nil, let opened else { return ([:], [:]) }
    return (["tokenizer": opened.identity], ["tokenizer": opened.parameterCount])
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

/// What stands where no tokenizer was named: graphs can be drawn, and nothing can be trained.
private struct NoTokenizer: Tokenizer {
  static let error = RunError(
    .configuration,
    "no tokenizer: name the encoder's file or folder by --tokenizer. 'sluice weights make dvae --out DIR' makes a random one "
      + "for trying things out.")

  let vocabularySize = 8192
  let tokenSize = 8
  let identity = ""

  func tokens(of frames: PixelClip) throws -> [Int] { throw NoTokenizer.error }
}
