internal import SluiceFlow
public import SluiceModels
internal import SluiceNN
public import SluiceSamples
internal import SluiceText
internal import SluiceTraining
public import SluiceWords

/// How a network of videos and texts is trained: what is seen of a pair, what is hidden, what is compared, and how the
/// parameters follow.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022, and its released code.
public struct VideoTextRecipe: Sendable, Equatable {
  /// How the texts of a batch come to one width.
  public enum TextPadding: String, Sendable, CaseIterable {
    /// That of the longest, as published.
    case dynamic
    /// ``VideoTextRecipe/maximumTextLength``, whatever the texts are: features are means over padding too, and so others.
    case fixed
  }

  /// With whom the features of a pair are compared, where a batch stands for those of several devices.
  public enum Gathering: String, Sendable, CaseIterable {
    /// Those of the same device, as published.
    case local
    /// All of the batch.
    case global
  }

  /// What a step minimizes the sum of.
  public var losses: VideoTextLosses = .all
  /// Share of the positions that are hidden of a clip.
  public var maskRatio: Double = 0.9
  /// The probability that a word is hidden.
  public var textRatio: Double = 0.75
  /// Whether the same share of each text's words is hidden.
  public var hidesExactShare: Bool = false
  /// How the video is drawn that a text does not belong to.
  public var negatives: VideoTextNegatives = .random
  /// With whom features are compared.
  public var gathering: Gathering = .local
  /// Pairs of a batch that a device would have; all if `nil`.
  public var deviceBatch: Int?
  /// Which of several captions is read.
  public var captions: CaptionSampling = .random
  /// The most words of a text, `[CLS]` and `[SEP]` included.
  public var maximumTextLength: Int = 512
  public var textPadding: TextPadding = .dynamic
  /// Share of the pairs that is used; which ones, the run's seed says.
  public var share: Double = 1
  public var frames: FrameRecipe = FrameRecipe(stride: 4)
  public var clips: ClipRecipe = ClipRecipe()
  public var optimizer: OptimizerRecipe

  /// A recipe with the rate after warm-up for batches of 256 pairs.
  init(learningRate: Double, batchSize: Int, epochs: Int) {
    optimizer = OptimizerRecipe(learningRate: learningRate)
    (optimizer.batchSize, optimizer.epochs) = (batchSize, epochs)
  }

  /// How features of a batch are compared.
  var contrast: Contrast { Contrast(groupSize: gathering == .local ? deviceBatch : nil) }

  /// The width that texts are filled up to; that of the longest if `nil`.
  var textWidth: Int? { textPadding == .fixed ? maximumTextLength : nil }

  /// The stage that makes words of captions.
  func words<Sample>(of vocabulary: Vocabulary) -> Words<Sample> {
    Words(vocabulary, sampling: captions, maximumLength: maximumTextLength)
  }

  /// The stage that hides words.
  func wordMask<Sample>(of vocabulary: Vocabulary) -> WordMask<Sample> {
    WordMask(vocabulary, ratio: textRatio, isExact: hidesExactShare)
  }

  /// - Parameter textPositions: rows of the network's table.
  /// - Throws: ``RunError`` if batches leave nothing to compare, or texts have no position.
  func check(textPositions: Int) throws(RunError) {
    try clips.check()
    guard maximumTextLength <= textPositions else {
      throw RunError(
        .configuration,
        "recipe.maxTextLength=\(maximumTextLength): the network has positions for \(textPositions) words. Lower it, or raise "
          + "model.textPositions.")
    }
    let comparing = losses.intersection([.vtc, .vtm])
    guard !comparing.isEmpty else { return }
    let (size, group) = (optimizer.batchSize, deviceBatch ?? optimizer.batchSize)
    guard size > 1 else {
      throw RunError(
        .configuration,
        "batch.size=1: the loss \(comparing.list) compares each pair with the others of its batch, and there are none. Take "
          + "batches of 2 or more.")
    }
    guard size % group == 0 else {
      throw RunError(
        .configuration,
        "recipe.deviceBatch=\(group) does not divide batch.size=\(size) into groups of one size. Choose one that does.")
    }
  }

  /// How many positions of a frame are hidden.
  /// - Parameter positions: those there are.
  /// - Throws: ``RunError`` if all of them are hidden, or none.
  func hiddenCount(of positions: Int) throws(RunError) -> Int {
    let hidden = Int(maskRatio * Double(positions))
    guard hidden > 0, hidden < positions else {
      throw RunError(
        .configuration,
        "recipe.maskRatio=\(maskRatio) hides \(hidden) of the \(positions) positions of a frame; some must be hidden, and some "
          + "be seen. Choose another ratio.")
    }
    return hidden
  }
}
