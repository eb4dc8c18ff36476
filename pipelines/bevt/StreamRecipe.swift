public import SluiceAugment
internal import SluiceFlow
internal import SluiceMask
internal import SluicePlatform

/// How BEVT is pre-trained on clips and images: what is seen of them, what is hidden, and how the parameters follow.
/// - Source: BEVT, the configuration of the two streams.
public struct StreamRecipe: Sendable, Equatable {
  /// What is predicted of hidden cells, frame by frame.
  public var target: TargetKind = .tokens
  /// How gradients of HOG are taken.
  public var hog: MaskedRecipe.Gradients = .skimage
  /// Share of a plane's cells that a mask hides.
  public var maskRatio: Double = 0.5
  /// Smallest rectangle of a mask, cells.
  public var smallestBlock: Int = 16
  /// Share of clips and images that are mirrored.
  public var flip: Double = 0.5
  /// How much brightness, contrast and saturation of images change; clips keep theirs.
  public var jitter: Double = 0.4
  /// How decoded planes become a resized crop.
  public var path: PixelPath = .exact
  public var frames: FrameRecipe = {
    var frames = FrameRecipe(stride: 8)
    frames.spacing = .looped
    return frames
  }()
  /// Images beside each batch of clips, or of a batch where there are images alone.
  public var imageCount: Int = 32
  public var optimizer: OptimizerRecipe

  init(learningRate: Double) {
    optimizer = OptimizerRecipe(learningRate: learningRate)
    (optimizer.course, optimizer.warmup, optimizer.clip) = (.scaledCosine, 10, .global(3))
  }

  /// Which frames are seen: of images, and of videos that stand for them, a single one.
  func frames(ofImages: Bool) -> FrameRecipe {
    var frames = frames
    if ofImages { frames.choice = .still }
    return frames
  }

  /// What is done to frames before the network reads them: the short side is 8/7 to 10/7 of the square that is cut out.
  /// - Parameters:
  ///   - size: height and width of the square, pixels.
  ///   - isImage: whether colors change.
  ///   - seed: the run's, by which the order of the changes is drawn.
  func augment(size: Int, isImage: Bool, seed: UInt64) -> Augment {
    var augment = Augment(
      .shortSide(size * 8 / 7...size * 10 / 7, resampling: .bicubic, rounding: .nearest), normalization: .imagenet,
      path: path)
    if isImage, jitter > 0 { augment.operations.append(.floatJitter(FloatJitter(amount: jitter, order: order(seed)))) }
    augment.operations.append(.randomCrop(size, takesLast: false))
    if flip > 0 { augment.operations.append(.flip(probability: flip)) }
    return augment
  }

  /// What is done to frames where nothing is drawn at random: the square in the middle of the smallest short side.
  func centered(size: Int) -> Augment {
    Augment(
      .shortSide(size * 8 / 7, resampling: .bicubic, rounding: .nearest), .centerCrop(size), normalization: .imagenet,
      path: path)
  }

  /// The order of the changes of color: one for the whole run.
  private func order(_ seed: UInt64) -> [FloatJitter.Property] {
    var random = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "order of color changes")
    return random.shuffled(FloatJitter.Property.allCases)
  }

  /// The stage that hides cells of `cell` pixels and `span` frames.
  func mask(cell: Int, span: Int) -> WrappedTubeMask {
    WrappedTubeMask(ratio: maskRatio, minimumPatches: smallestBlock, tubeletSize: span, patchSize: cell)
  }
}

extension StreamRecipe {
  /// - Parameter hasClips: whether there are clips, and not images alone.
  static func settings(hasClips: Bool) -> [Setting<Self>] {
    let jitter = Setting<Self>("recipe.jitter", \.jitter, in: 0...0.99)
    let imageCount = Setting<Self>("recipe.imageCount", \.imageCount, in: 1...65_536)
    let shared: [Setting<Self>] = [
      Setting("recipe.target", \.target),
      Setting("recipe.hog", \.hog).applying(when: "recipe.target is hog") { $0.target == .hog },
      Setting("recipe.maskRatio", \.maskRatio, in: 0...1),
      Setting("recipe.smallestBlock", \.smallestBlock, in: 1...1_000_000), Setting("recipe.flip", \.flip, in: 0...1),
      Setting("augment.path", \.path),
    ]
    let own: [Setting<Self>] =
      hasClips
      ? [jitter, imageCount].map { $0.needing(option: "--images") } + FrameRecipe.settings.map { $0.inside(\.frames) }
      : [jitter]
    let optimizer = OptimizerRecipe.settings.filter { $0.name != "optimize.layerDecay" }
    return shared + own + optimizer.map { $0.inside(\.optimizer) }
  }
}
