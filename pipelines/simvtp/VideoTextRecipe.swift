public import SluiceFlow
public import SluiceLoss
public import SluiceModels
public import SluiceNN
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
          + "batches of 2 or more, or leave it out of recipe.losses.")
    }
    guard size % group == 0 else {
      throw RunError(
        .configuration,
        "recipe.deviceBatch=\(group) does not divide batch.size=\(size) into groups of one size. Choose one that does.")
    }
  }
}

extension VideoTextRecipe {
  /// - Parameter isTuning: whether of the towers, of whose input nothing is hidden.
  static func settings(isTuning: Bool) -> [Setting<Self>] {
    let optimizer = OptimizerRecipe.settings.filter { isTuning || $0.name != "optimize.layerDecay" }
    let stages =
      optimizer.map { $0.inside(\Self.optimizer) } + FrameRecipe.settings.map { $0.inside(\.frames) }
      + ClipRecipe.settings(isEvaluated: isTuning).map { $0.inside(\.clips) }
    return (isTuning ? [] : hiding) + comparing + texts + stages
  }

  /// What is hidden and predicted in pre-training.
  private static var hiding: [Setting<Self>] {
    let losses = Setting<Self>("recipe.losses", read: { $0.losses.list }) { recipe, text in
      guard let losses = VideoTextLosses(list: text) else {
        throw SettingError("“\(text)” is no list of \(VideoTextLosses.all.list), each at most once")
      }
      recipe.losses = losses
    }
    return [
      losses, Setting("recipe.maskRatio", \.maskRatio, in: 0...1), Setting("recipe.textRatio", \.textRatio, in: 0...1),
      Setting("recipe.exactTextRatio", \.hidesExactShare),
      Setting("recipe.vtmNegatives", \.negatives)
        .applying(when: "recipe.losses has vtm") { $0.losses.contains(.vtm) },
    ]
  }

  /// With whom a pair is compared.
  private static var comparing: [Setting<Self>] {
    [
      Setting("recipe.deviceBatch", \.deviceBatch, in: 2...65_536, none: "batch")
        .applying(when: "recipe.losses has vtc") { $0.losses.contains(.vtc) },
      Setting("recipe.vtcGather", \.gathering)
        .applying(when: "recipe.losses has vtc") { $0.losses.contains(.vtc) }
        .applying(when: "recipe.deviceBatch is set") { $0.deviceBatch != nil },
    ]
  }

  /// What is read of a pair.
  private static var texts: [Setting<Self>] {
    [
      Setting("recipe.captionSampling", \.captions),
      Setting("recipe.maxTextLength", \.maximumTextLength, in: 2...65_536),
      Setting("recipe.textPadding", \.textPadding), Setting("recipe.share", \.share, in: 1e-9...1),
    ]
  }
}

extension VideoTextLosses {
  private static let names: [(name: String, loss: VideoTextLosses)] = [
    ("video", .video), ("text", .text), ("vtc", .vtc), ("vtm", .vtm),
  ]

  /// The losses as a setting has them: `video,text,vtc,vtm`.
  var list: String { Self.names.filter { contains($0.loss) }.map(\.name).joined(separator: ",") }

  /// Reads one or more of `video`, `text`, `vtc` and `vtm` with commas or blanks between them; `nil` for anything else.
  init?(list text: String) {
    let words = text.split { $0 == "," || $0 == " " }
    let losses = words.compactMap { word in Self.names.first { $0.name == word }?.loss }
    guard !words.isEmpty, losses.count == words.count, Set(words).count == words.count else { return nil }
    self.init(losses)
  }
}
