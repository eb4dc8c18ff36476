internal import SluicePlatform

extension Vocabulary {
  /// The smallest number of tokens that has room for a word beside the special ones.
  static let leastSize = specialTokens.count + 1

  /// Learns a vocabulary from captions.
  ///
  /// First come the special tokens, then the characters of the captions, then pieces of words in the order of their
  /// frequency. Words of the captions can all be made of them, unless `size` is too small for all characters: the rarest
  /// ones are then unknown. Equal captions give equal bytes, whatever their order.
  /// - Parameters:
  ///   - captions: sentences that describe videos.
  ///   - size: tokens at most; fewer where no two pieces stand together twice any more.
  /// - Throws: ``VocabularyError`` if no caption holds a word, or `size` is smaller than 6.
  /// - Complexity: the captions' length, and for each token the words that hold it.
  public static func learned(
    from captions: some Sequence<String>, size: Int
  ) throws(VocabularyError) -> Vocabulary {
    guard size >= leastSize else {
      throw VocabularyError(
        origin: "captions",
        reason:
          "a vocabulary of \(size) tokens has no room for words: \(specialTokens.count) tokens are special. Ask for "
          + "\(leastSize) or more, such as 400")
    }
    var occurrences: [ExactText: Int] = [:]
    var captionCount = 0
    for caption in captions {
      captionCount += 1
      let split = SplitText(caption)
      for word in split.words where !word.isSpecial && word.length <= WordPiece.longestWord {
        occurrences[ExactText(split.text(of: word)), default: 0] += 1
      }
    }
    guard !occurrences.isEmpty else {
      throw VocabularyError(
        origin: "captions", reason: "no word stands in \(captionCount) captions; wanted: sentences to learn words from")
    }
    let pieces = PieceLearner(occurrences, limit: size - specialTokens.count).pieces
    return try Vocabulary(tokens: specialTokens + pieces.map(\.token), origin: "captions")
  }
}
