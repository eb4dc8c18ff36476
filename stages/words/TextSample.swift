/// A sample and the words of one of its captions.
public struct TextSample<Sample: Sendable>: Sendable {
  public let sample: Sample
  /// Numbers of the words in the vocabulary, `[CLS] … [SEP]`, without padding.
  public let ids: [Int]

  public init(_ sample: Sample, ids: [Int]) {
    self.sample = sample
    self.ids = ids
  }
}

/// A sample and the words of one of its captions, some of which are hidden.
public struct MaskedTextSample<Sample: Sendable>: Sendable {
  public let sample: Sample
  /// What a network sees of the caption: hidden words are `[MASK]`.
  public let ids: [Int]
  /// Positions of the hidden words, ascending.
  public let hidden: [Int]
  /// What the hidden words are.
  public let words: [Int]

  /// - Precondition: there is a word for each hidden position, and each is one of `ids`.
  public init(_ sample: Sample, ids: [Int], hidden: [Int], words: [Int]) {
    precondition(
      hidden.count == words.count && hidden.allSatisfy(ids.indices.contains),
      "\(words.count) words for hidden positions \(hidden) of \(ids.count)")
    self.sample = sample
    self.ids = ids
    self.hidden = hidden
    self.words = words
  }
}
