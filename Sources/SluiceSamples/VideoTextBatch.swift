public import SluiceTensor

/// Masked clips and masked texts that belong together, pair by pair, for pre-training.
public struct VideoTextBatch: Sendable {
  /// The clips, which of their tokens are hidden, and the pixels of those.
  public let video: MaskedBatch<CellValues>
  /// The texts, as the network sees them: hidden words are `[MASK]`.
  public let texts: PaddedTexts
  /// Which words are hidden, and what they are.
  public let words: HiddenWords
  /// For each pair a number in 0 ..< 1, from which the video is drawn that its text does not belong to.
  public let draws: [Double]

  /// - Precondition: there is a text and a draw for each clip.
  public init(video: MaskedBatch<CellValues>, texts: PaddedTexts, words: HiddenWords, draws: [Double]) {
    precondition(
      texts.count == video.count && draws.count == video.count,
      "\(texts.count) texts and \(draws.count) draws for \(video.count) clips")
    precondition(words.positions.allSatisfy(texts.ids.indices.contains), "a hidden word outside the texts")
    self.video = video
    self.texts = texts
    self.words = words
    self.draws = draws
  }

  /// Pairs in the batch.
  public var count: Int { texts.count }
}

/// Clips and texts that belong together, pair by pair, for retrieval.
public struct ClipTextBatch: Sendable {
  /// `[B, 3, T, H, W]`, normalized.
  public let clips: Tensor
  public let texts: PaddedTexts

  /// - Precondition: there is a text for each clip.
  public init(clips: Tensor, texts: PaddedTexts) {
    precondition(clips.shape[0] == texts.count, "\(texts.count) texts for clips \(clips.shape)")
    self.clips = clips
    self.texts = texts
  }

  /// Pairs in the batch.
  public var count: Int { texts.count }
}
