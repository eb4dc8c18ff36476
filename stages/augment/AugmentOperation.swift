/// One operation of an ``Augment`` stage; each draws its chances once for the whole clip.
///
/// ```swift
/// Augment(.resizedCrop(224, scale: 0.08...1), .flip, .randAugment())
/// ```
public struct AugmentOperation: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case resizedCrop(size: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>, Resampling, CropDraws)
    case multiScaleCrop(MultiScaleCrop, Resampling)
    case shortSide(sizes: ClosedRange<Int>, Resampling, SideRounding)
    case resized(PixelSize, Resampling)
    case centerCrop(size: Int)
    case quarterCrop(size: Int, QuarterPlace)
    case randomCrop(size: Int, takesLast: Bool)
    case sideCrop(size: Int, SideCrop)
    case longSideCrop(size: Int, index: Int, count: Int, wholeSteps: Bool)
    case storedView(size: Int, Resampling)
    case flip(probability: Double)
    case gray(probability: Double)
    case colorJitter(ColorJitter)
    case floatJitter(FloatJitter)
    case randAugment(RandAugment)
    case fixed([ImageOperation], ImageRules)
    case erase(RandomErasing)
  }

  let kind: Kind

  /// Pixels of a resized frame at most: a frame that is a line would grow without limit.
  public static let largestFrame: Int = 1 << 26

  /// The side of the squares that it makes, if it makes squares.
  var outputSide: Int? {
    switch kind {
    case .resizedCrop(let size, _, _, _, _), .centerCrop(let size), .quarterCrop(let size, _), .randomCrop(let size, _),
      .sideCrop(let size, _), .longSideCrop(let size, _, _, _), .storedView(let size, _):
      size
    case .multiScaleCrop(let crop, _): crop.size
    case .shortSide, .resized, .flip, .gray, .colorJitter, .floatJitter, .randAugment, .fixed, .erase: nil
    }
  }

  /// A box of random area and shape, resized to a square of `size` pixels.
  ///
  /// - Parameters:
  ///   - scale: share of the frame's area.
  ///   - ratio: width to height.
  ///   - draws: in which order chances are drawn.
  public static func resizedCrop(
    _ size: Int, scale: ClosedRange<Double> = 0.5...1, ratio: ClosedRange<Double> = 3 / 4...4 / 3,
    resampling: Resampling = .bicubic, draws: CropDraws = .oneByOne
  ) -> AugmentOperation {
    AugmentOperation(kind: .resizedCrop(size: size, scale: scale, ratio: ratio, resampling, draws))
  }

  /// A box of one of a few sizes at one of thirteen positions, resized to a square of `size` pixels; see ``MultiScaleCrop``.
  ///
  /// - Parameter scales: sides of boxes as shares of the frame's shorter side, falling; height and width of a box are at
  ///   most one scale apart.
  /// - Source: Wang et al., "Temporal segment networks: towards good practices for deep action recognition", 2016.
  public static func multiScaleCrop(
    _ size: Int, scales: [Double] = [1, 0.875, 0.75, 0.66], resampling: Resampling = .pillowBilinear
  ) -> AugmentOperation {
    AugmentOperation(kind: .multiScaleCrop(MultiScaleCrop(size: size, scales: scales), resampling))
  }

  /// The whole frame, its shorter side resized to `size` pixels.
  ///
  /// - Parameter rounding: what becomes of the fraction of the longer side.
  public static func shortSide(
    _ size: Int, resampling: Resampling = .bicubic, rounding: SideRounding = .down
  ) -> AugmentOperation {
    .shortSide(size...size, resampling: resampling, rounding: rounding)
  }

  /// The whole frame, its shorter side resized to a random number of pixels.
  public static func shortSide(
    _ sizes: ClosedRange<Int>, resampling: Resampling = .bicubic, rounding: SideRounding = .down
  ) -> AugmentOperation {
    AugmentOperation(kind: .shortSide(sizes: sizes, resampling, rounding))
  }

  /// The whole frame, resized to one size whatever its proportions were.
  /// - Precondition: the size has pixels.
  public static func resized(width: Int, height: Int, resampling: Resampling = .bicubic) -> AugmentOperation {
    precondition(width > 0 && height > 0, "frames of \(width)×\(height) pixels")
    return AugmentOperation(kind: .resized(PixelSize(width: width, height: height), resampling))
  }

  /// A square of `size` pixels in the middle.
  public static func centerCrop(_ size: Int) -> AugmentOperation {
    AugmentOperation(kind: .centerCrop(size: size))
  }

  /// A square of `size` pixels, whole quarters of what is left beside it away from the upper left corner.
  public static func quarterCrop(_ size: Int, _ place: QuarterPlace) -> AugmentOperation {
    AugmentOperation(kind: .quarterCrop(size: size, place))
  }

  /// A square of `size` pixels anywhere.
  ///
  /// - Parameter takesLast: whether the square can touch the bottom and the right border of a frame that is larger; mmaction2's
  ///   cannot.
  public static func randomCrop(_ size: Int, takesLast: Bool = true) -> AugmentOperation {
    AugmentOperation(kind: .randomCrop(size: size, takesLast: takesLast))
  }

  /// A square of `size` pixels in the middle of the height, at the left, at the right or in the middle of the width.
  public static func sideCrop(_ size: Int, _ side: SideCrop) -> AugmentOperation {
    AugmentOperation(kind: .sideCrop(size: size, side))
  }

  /// One of `count` squares of `size` pixels, spaced evenly from end to end of the longer side, in the middle of the
  /// shorter one; a single one is in the middle of both.
  ///
  /// - Parameters:
  ///   - index: which of them, 0 being the top or the left one.
  ///   - wholeSteps: whether they are whole numbers of pixels apart, so that the last may miss the end; mmaction2's are.
  public static func longSideCrop(
    _ size: Int, index: Int, of count: Int, wholeSteps: Bool = false
  ) -> AugmentOperation {
    AugmentOperation(kind: .longSideCrop(size: size, index: index, count: count, wholeSteps: wholeSteps))
  }

  /// The square of `size` pixels that the clip's stored view has, mirrored where that is; nothing is drawn.
  ///
  /// What drew the view must have resized in the same way.
  public static func storedView(_ size: Int, resampling: Resampling = .bicubic) -> AugmentOperation {
    AugmentOperation(kind: .storedView(size: size, resampling))
  }

  /// A mirror image for half of the clips.
  public static let flip: AugmentOperation = .flip(probability: 0.5)

  /// A mirror image for a part of the clips.
  public static func flip(probability: Double) -> AugmentOperation {
    AugmentOperation(kind: .flip(probability: probability))
  }

  /// No color in a part of the clips: each pixel its luma, as Pillow converts images.
  public static func gray(probability: Double) -> AugmentOperation {
    AugmentOperation(kind: .gray(probability: probability))
  }

  /// Changes brightness, contrast, saturation and hue in random order; see ``ColorJitter``.
  public static func colorJitter(
    brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4, hue: Double = 0
  ) -> AugmentOperation {
    AugmentOperation(
      kind: .colorJitter(
        ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)))
  }

  /// Changes brightness, contrast and saturation in an order that stays, rounding once; see ``FloatJitter``.
  public static func floatJitter(_ jitter: FloatJitter) -> AugmentOperation {
    AugmentOperation(kind: .floatJitter(jitter))
  }

  /// A few of torchvision's fourteen operations at one strength; see ``RandAugment``.
  public static func randAugment(operations: Int = 2, magnitude: Int = 9) -> AugmentOperation {
    .randAugment(RandAugment(operations: operations, magnitude: Double(magnitude)))
  }

  /// A few operations of a list; see ``RandAugment``.
  public static func randAugment(_ augment: RandAugment) -> AugmentOperation {
    AugmentOperation(kind: .randAugment(augment))
  }

  /// Always the same operations.
  public static func fixed(_ operations: ImageOperation..., rules: ImageRules = .torchvision) -> AugmentOperation {
    AugmentOperation(kind: .fixed(operations, rules))
  }

  /// Noise or the mean color in place of one box of the normalized clip, the same box in all frames; nothing but another
  /// box can follow.
  ///
  /// - Parameters:
  ///   - probability: share of the clips that are changed.
  ///   - area: share of a frame that the box takes.
  ///   - aspect: height to width of the box.
  ///   - fill: what stands in the box.
  /// - Source: Zhong et al., "Random erasing data augmentation", 2017.
  public static func erase(
    probability: Double = 0.25, area: ClosedRange<Double> = 0.02...1 / 3, aspect: ClosedRange<Double> = 0.3...1 / 0.3,
    fill: ErasureFill = .noise
  ) -> AugmentOperation {
    AugmentOperation(kind: .erase(RandomErasing(probability: probability, area: area, aspect: aspect, fill: fill)))
  }
}

/// Which of the three crops of a test.
public enum SideCrop: String, Sendable, CaseIterable {
  case left
  case right
  case center
}

/// What becomes of the fraction of a side that is resized with the other one.
public enum SideRounding: String, Sendable, CaseIterable {
  /// It is cut off, as torchvision does.
  case down
  /// It is rounded, half up, as mmcv does.
  case nearest
}
