public import SluiceAugment
public import SluiceFlow

/// How decoded frames become what a network reads, in training.
///
/// ```swift
/// var clips = ClipRecipe(minimumScale: 0.5)
/// clips.flip = 0          // left and right are classes
/// clips.colors = .randAugment
/// ```
/// - Source: VideoTransformer-pytorch, `data_transform`.
public struct ClipRecipe: Sendable, Equatable {
  /// How a square is cut out.
  public enum Cropping: String, Sendable, CaseIterable {
    /// A box of random area and shape, resized.
    case resized
    /// A square anywhere of the picture whose short side was resized.
    case random
  }

  /// What is done to colours and shapes behind crop and flip.
  public enum Colors: String, Sendable, CaseIterable {
    case none
    /// Brightness, contrast and saturation by up to 0.4.
    case jitter
    /// Two operations of fourteen at magnitude 9.
    case randAugment
  }

  /// The means and deviations that clips are normalised by.
  public enum Statistics: String, Sendable, CaseIterable {
    case kinetics
    case imagenet
    case clip
    case half
    /// Those of each clip itself.
    case perClip
  }

  public var cropping: Cropping = .resized
  /// The least share of the picture that a box takes.
  public var minimumScale: Double
  /// Short side of the picture that squares are cut out of, pixels; 8/7 of the square if `nil`.
  public var shortSide: Int?
  public var filter: ResizeFilter = .bicubic
  /// Whether pictures are smoothed before they are made smaller.
  public var antialias: Bool = false
  /// Share of the clips that are mirrored; 0 where left and right are classes.
  public var flip: Double = 0.5
  public var colors: Colors
  public var statistics: Statistics = .kinetics
  /// How decoded planes become a resized crop.
  public var path: PixelPath = .exact

  /// Boxes of at least `minimumScale` of the picture; everything else as VideoTransformer-pytorch has it.
  public init(minimumScale: Double = 0.08, colors: Colors = .none) {
    self.minimumScale = minimumScale
    self.colors = colors
  }

  /// Small clips whose classes are motions: squares anywhere of the whole picture, nothing mirrored or turned (a mirror
  /// image of “left” is “right”), each clip normalised by its own statistics.
  public static let demo: ClipRecipe = {
    var demo = ClipRecipe()
    (demo.cropping, demo.shortSide, demo.filter, demo.antialias) = (.random, 56, .bilinear, true)
    (demo.flip, demo.statistics) = (0, .perClip)
    return demo
  }()

  /// What the statistics mean.
  public var normalization: Normalization {
    statistics == .perClip ? .perClip() : .named(statistics.rawValue)
  }

  /// What is done to each clip of training.
  /// - Parameter size: height and width of the result, pixels.
  public func operations(size: Int) -> [AugmentOperation] {
    var operations: [AugmentOperation] =
      switch cropping {
      case .resized: [.resizedCrop(size, scale: minimumScale...1, resampling: resampling)]
      case .random: [.shortSide(resized(to: size), resampling: resampling), .randomCrop(size)]
      }
    if flip > 0 { operations.append(.flip(probability: flip)) }
    switch colors {
    case .none: break
    case .jitter: operations.append(.colorJitter())
    case .randAugment: operations.append(.randAugment())
    }
    return operations
  }

  /// What is done to each clip where nothing is drawn at random.
  /// - Parameter size: height and width of the result, pixels.
  public func centered(size: Int) -> [AugmentOperation] {
    [.shortSide(resized(to: size), resampling: resampling), .centerCrop(size)]
  }

  private var resampling: Resampling { Resampling(filter, antialias: antialias) }

  /// The short side that crops of `size` pixels are taken from.
  func resized(to size: Int) -> Int { shortSide ?? Int(Double(size) / 0.875) }
}

extension ClipRecipe {
  /// The stage that does `operations` and normalizes.
  /// - Parameter keepsPixels: whether clips carry their 8-bit crops, which targets are computed from.
  func augment(_ operations: [AugmentOperation], keepsPixels: Bool) -> Augment {
    var augment = Augment(normalization: normalization, path: path, keepsPixels: keepsPixels)
    augment.operations = operations
    return augment
  }
}

extension ClipRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    [
      Setting("recipe.cropping", \.cropping),
      Setting("recipe.minimumScale", \.minimumScale, in: 1e-3...1)
        .applying(when: "recipe.cropping is resized") { $0.cropping == .resized },
      Setting("recipe.shortSide", \.shortSide, in: 1...16_384, none: "auto"), Setting("recipe.filter", \.filter),
      Setting("recipe.antialias", \.antialias), Setting("recipe.flip", \.flip, in: 0...1),
      Setting("recipe.colors", \.colors), Setting("recipe.statistics", \.statistics),
      Setting("augment.path", \.path),
    ]
  }
}
