public import SluiceAugment
public import SluiceFlow
internal import SluiceTraining

/// How decoded frames become what a network reads.
///
/// ```swift
/// var clips = ClipRecipe(minimumScale: 0.5)
/// clips.flip = 0          // left and right are classes
/// clips.colors = .randAugment
/// ```
/// - Source: VideoTransformer-pytorch, `data_transform`; VideoMAE, `transforms` and `rand_augment`.
public struct ClipRecipe: Sendable, Equatable {
  /// How a square is cut out in training.
  public enum Cropping: String, Sendable, CaseIterable {
    /// A box of random area and shape, resized.
    case resized
    /// The same of the frame whose short side was resized, its chances drawn in mmaction2's order.
    case resizedTwice
    /// A square anywhere of the frame whose short side was resized.
    case random
    /// One of ten boxes at one of thirteen positions, resized.
    case multiScale
  }

  /// What is done to colors and shapes in training.
  public enum Colors: String, Sendable, CaseIterable {
    case none
    /// Brightness, contrast and saturation by up to 0.4, behind crop and flip.
    case jitter
    /// Two operations of fourteen at magnitude 9, behind crop and flip.
    case randAugment
    /// Four operations at magnitude 7, more for larger ones, each half of the time, before the crop.
    case increasing
    /// Four of imgaug's operations at magnitude 7, behind crop and flip, with a mirror image and a crop of its own.
    case imgaug
  }

  public var cropping: Cropping = .resized
  /// The least share of the frame that a box takes.
  public var minimumScale: Double
  /// Short side of the frame that squares are cut out of, pixels; 8/7 of the square if `nil`.
  public var shortSide: Int?
  public var resampling: Resampling = .bicubic
  /// How frames are resized where nothing is drawn at random.
  public var evaluationResampling: Resampling = .bicubic
  /// Share of the clips that are mirrored; 0 where left and right are classes.
  public var flip: Double = 0.5
  public var colors: Colors
  /// Share of the clips that ``Colors/imgaug`` mirrors besides ``flip``; 0 where left and right are classes.
  public var imgaugFlip: Double = 0.5
  /// Share of the clips in which a box is overwritten.
  public var erasing: Double = 0
  /// What boxes are overwritten with.
  public var erasingFill: ErasureFill = .noise
  /// The means and deviations that clips are normalized by.
  public var statistics: Normalization.Statistics = .kinetics
  /// How decoded planes become a resized crop.
  public var path: PixelPath = .exact

  /// Boxes of at least `minimumScale` of the frame; everything else as VideoTransformer-pytorch has it.
  public init(minimumScale: Double = 0.08, colors: Colors = .none) {
    self.minimumScale = minimumScale
    self.colors = colors
  }

  /// Small clips whose classes are motions: squares anywhere of the whole frame, nothing mirrored or turned (a mirror
  /// image of “left” is “right”), each clip normalized by its own statistics.
  public static let demo: ClipRecipe = {
    var demo = ClipRecipe()
    (demo.cropping, demo.shortSide, demo.resampling) = (.random, 56, .antialiasedBilinear)
    (demo.evaluationResampling, demo.flip, demo.statistics) = (.antialiasedBilinear, 0, .perClip)
    return demo
  }()

  /// What is done to each clip of training.
  /// - Parameter size: height and width of the result, pixels.
  public func operations(size: Int) -> [AugmentOperation] {
    var operations: [AugmentOperation] = colors == .increasing ? [.randAugment(.increasing)] : []
    switch cropping {
    case .resized: operations.append(.resizedCrop(size, scale: minimumScale...1, resampling: resampling))
    case .resizedTwice:
      operations += [
        .shortSide(resized(to: size), resampling: resampling, rounding: sideRounding),
        .resizedCrop(size, scale: minimumScale...1, resampling: resampling, draws: .ahead),
      ]
    case .random: operations += [.shortSide(resized(to: size), resampling: resampling), .randomCrop(size)]
    case .multiScale: operations.append(.multiScaleCrop(size, resampling: resampling))
    }
    if flip > 0 { operations.append(.flip(probability: flip)) }
    switch colors {
    case .none, .increasing: break
    case .jitter: operations.append(.colorJitter())
    case .randAugment: operations.append(.randAugment())
    case .imgaug:
      var augment = RandAugment.imgaug
      augment.flip = imgaugFlip
      operations.append(.randAugment(augment))
    }
    return operations + erasures
  }

  /// What is overwritten behind everything else.
  var erasures: [AugmentOperation] {
    erasing > 0 ? [.erase(probability: erasing, fill: erasingFill)] : []
  }

  /// What is done to each clip where nothing is drawn at random.
  /// - Parameter size: height and width of the result, pixels.
  public func centered(size: Int) -> [AugmentOperation] {
    [
      .shortSide(resized(to: size), resampling: evaluationResampling, rounding: sideRounding),
      cropping == .resizedTwice ? spacedCrop(size, index: 1) : .centerCrop(size),
    ]
  }

  /// - Throws: ``RunError`` if clips would be augmented by operations that cannot follow each other.
  func check() throws(RunError) {
    do { try AugmentOperation.checkOrder(of: operations(size: 224)) } catch {
      throw RunError(
        .configuration,
        "recipe.resampling=\(resampling.rawValue) cannot be with recipe.cropping=\(cropping.rawValue) and "
          + "recipe.colors=\(colors.rawValue): \(error).")
    }
  }

  /// The short side that crops of `size` pixels are taken from.
  func resized(to size: Int) -> Int { shortSide ?? Int(Double(size) / 0.875) }

  /// One of mmaction2's three crops along the longer side, whichever that is: the first, the middle one or the last.
  func spacedCrop(_ size: Int, index: Int) -> AugmentOperation {
    .longSideCrop(size, index: index, of: 3, wholeSteps: true)
  }

  /// What becomes of the fraction of the longer side: mmaction2, which resizes twice, rounds it.
  var sideRounding: SideRounding { cropping == .resizedTwice ? .nearest : .down }

  /// The stage that does `operations` and normalizes.
  /// - Parameter keepsPixels: whether clips carry their 8-bit crops, which targets are computed from.
  func augment(_ operations: [AugmentOperation], keepsPixels: Bool) -> Augment {
    var augment = Augment(normalization: Normalization(statistics), path: path, keepsPixels: keepsPixels)
    augment.operations = operations
    return augment
  }
}

extension ClipRecipe: Configurable {
  public static var settings: [Setting<Self>] { settings(isEvaluated: true) }

  /// - Parameter isEvaluated: whether clips are taken without chance, too.
  static func settings(isEvaluated: Bool) -> [Setting<Self>] {
    let shortSide = Setting<Self>("recipe.shortSide", \.shortSide, in: 1...4096, none: "auto")
    // What is cut out behind it works on bytes.
    let evaluation = Setting<Self>(
      "recipe.evaluationResampling", \.evaluationResampling, among: Resampling.allCases.filter { $0 != .floatBilinear })
    let sized =
      isEvaluated
      ? [shortSide, evaluation]
      : [
        shortSide.applying(when: "recipe.cropping is random or resizedTwice") {
          [.random, .resizedTwice].contains($0.cropping)
        }
      ]
    return sized + cuts + changes
  }

  /// What is cut out in training.
  private static var cuts: [Setting<Self>] {
    [
      Setting("recipe.cropping", \.cropping),
      Setting("recipe.minimumScale", \.minimumScale, in: 1e-3...1)
        .applying(when: "recipe.cropping is resized or resizedTwice") {
          [.resized, .resizedTwice].contains($0.cropping)
        },
      Setting("recipe.resampling", \.resampling),
    ]
  }

  /// What is changed of it.
  private static var changes: [Setting<Self>] {
    [
      Setting("recipe.flip", \.flip, in: 0...1), Setting("recipe.colors", \.colors),
      Setting("recipe.imgaugFlip", \.imgaugFlip, in: 0...1)
        .applying(when: "recipe.colors is imgaug") { $0.colors == .imgaug },
      Setting("recipe.erasing", \.erasing, in: 0...1),
      Setting("recipe.erasingFill", \.erasingFill)
        .applying(when: "recipe.erasing is above 0") { $0.erasing > 0 },
      Setting("recipe.statistics", \.statistics), Setting("augment.path", \.path),
    ]
  }
}
