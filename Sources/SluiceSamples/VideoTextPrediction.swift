public import SluiceTensor

/// The losses of pre-training on pairs of video and text, any of which may be chosen.
public struct VideoTextLosses: OptionSet, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Pixels of hidden tokens.
  public static let video: VideoTextLosses = VideoTextLosses(rawValue: 1)
  /// Hidden words.
  public static let text: VideoTextLosses = VideoTextLosses(rawValue: 2)
  /// Contrast: a text's own video among the others of the batch.
  public static let vtc: VideoTextLosses = VideoTextLosses(rawValue: 4)
  /// Matching: whether video and text belong together.
  public static let vtm: VideoTextLosses = VideoTextLosses(rawValue: 8)

  /// All four.
  public static let all: VideoTextLosses = [.video, .text, .vtc, .vtm]
}

/// What a network makes of a ``VideoTextBatch``: what the chosen losses need.
public struct VideoTextPrediction: Sendable {
  /// Of each hidden token of each clip, `[B, hidden, width]`.
  public var pixels: Tensor?
  /// A score of every word for each hidden one, `[words, vocabulary]`; for the first position of the first text where no word
  /// is hidden, so that what predicts words takes part in every step.
  public var words: Tensor?
  /// Of each video alone and of each text alone, `[B, D]` both.
  public var features: ClipTextFeatures?
  /// How much speaks against a pair and for it, `[2B, 2]`; the first half are those that belong together.
  public var matches: Tensor?

  public init(
    pixels: Tensor? = nil, words: Tensor? = nil, features: ClipTextFeatures? = nil, matches: Tensor? = nil
  ) {
    self.pixels = pixels
    self.words = words
    self.features = features
    self.matches = matches
  }
}

/// Features of videos and of the texts that belong to them, `[B, D]` both.
public struct ClipTextFeatures: Sendable {
  public let videos: Tensor
  public let texts: Tensor

  public init(videos: Tensor, texts: Tensor) {
    self.videos = videos
    self.texts = texts
  }
}
