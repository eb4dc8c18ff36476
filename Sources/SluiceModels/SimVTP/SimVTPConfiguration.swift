/// The shape of a SimVTP, and of the two towers that are fine-tuned from it.
///
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct SimVTPConfiguration: Sendable, Equatable {
  /// The video autoencoder, whose encoder texts go through too.
  public var video: VideoMAEConfiguration
  /// Words of the vocabulary.
  public var vocabularySize: Int
  /// Tokens of a text, at most.
  public var textPositions: Int
  /// The probability that a number of a text's embeddings is dropped in training.
  public var textDropout: Double

  public init(
    video: VideoMAEConfiguration = .base, vocabularySize: Int = 30_522, textPositions: Int = 512,
    textDropout: Double = 0.1
  ) {
    self.video = video
    self.vocabularySize = vocabularySize
    self.textPositions = textPositions
    self.textDropout = textDropout
  }

  /// Throws unless every size can be.
  func validate() throws(ModelError) {
    guard vocabularySize > 4, textPositions > 1 else {
      throw ModelError(
        "SimVTP: a vocabulary of \(vocabularySize) and texts of \(textPositions) tokens, wanted are at least 5 and 2")
    }
    guard (0..<1).contains(textDropout) else {
      throw ModelError("SimVTP: textDropout is \(textDropout), wanted is 0 ..< 1")
    }
    guard !video.learnsPositions, video.poolsMean else {
      throw ModelError(
        "SimVTP: positions of videos are a fixed table, and features are means. Leave learnsPositions and poolsMean as they "
          + "are")
    }
  }
}
