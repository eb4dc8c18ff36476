/// One operation of an ``Augment`` stage; each draws its chances once for the whole clip.
///
/// ```swift
/// Augment(.resizedCrop(224, scale: 0.08...1), .flip, .randAugment())
/// ```
public struct AugmentOperation: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case resizedCrop(size: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>, ResizeFilter, antialias: Bool)
    case shortSide(size: Int, ResizeFilter, antialias: Bool)
    case centerCrop(size: Int)
    case randomCrop(size: Int)
    case sideCrop(size: Int, SideCrop)
    case flip(probability: Double)
    case colorJitter(ColorJitter)
    case randAugment(RandAugment)
    case fixed([ImageOperation])
  }

  let kind: Kind

  /// The side of the squares that it makes, if it makes squares.
  var outputSide: Int? {
    switch kind {
    case .resizedCrop(let size, _, _, _, _), .centerCrop(let size), .randomCrop(let size), .sideCrop(let size, _): size
    case .shortSide, .flip, .colorJitter, .randAugment, .fixed: nil
    }
  }

  /// A box of random area and shape, resized to a square of `size` pixels.
  ///
  /// - Parameters:
  ///   - scale: share of the picture's area.
  ///   - ratio: width to height.
  public static func resizedCrop(
    _ size: Int, scale: ClosedRange<Double> = 0.5...1, ratio: ClosedRange<Double> = 3 / 4...4 / 3,
    filter: ResizeFilter = .bicubic, antialias: Bool = false
  ) -> AugmentOperation {
    AugmentOperation(
      kind: .resizedCrop(size: size, scale: scale, ratio: ratio, filter, antialias: antialias))
  }

  /// The whole picture, its shorter side resized to `size` pixels.
  public static func shortSide(
    _ size: Int, filter: ResizeFilter = .bicubic, antialias: Bool = false
  ) -> AugmentOperation {
    AugmentOperation(kind: .shortSide(size: size, filter, antialias: antialias))
  }

  /// A square of `size` pixels in the middle.
  public static func centerCrop(_ size: Int) -> AugmentOperation {
    AugmentOperation(kind: .centerCrop(size: size))
  }

  /// A square of `size` pixels anywhere.
  public static func randomCrop(_ size: Int) -> AugmentOperation {
    AugmentOperation(kind: .randomCrop(size: size))
  }

  /// A square of `size` pixels in the middle of the height, at the left, at the right or in the middle of the width.
  public static func sideCrop(_ size: Int, _ side: SideCrop) -> AugmentOperation {
    AugmentOperation(kind: .sideCrop(size: size, side))
  }

  /// A mirror image for half of the clips.
  public static let flip: AugmentOperation = .flip(probability: 0.5)

  /// A mirror image for a part of the clips.
  public static func flip(probability: Double) -> AugmentOperation {
    AugmentOperation(kind: .flip(probability: probability))
  }

  /// Changes brightness, contrast, saturation and hue in random order; see ``ColorJitter``.
  public static func colorJitter(
    brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4, hue: Double = 0
  ) -> AugmentOperation {
    AugmentOperation(
      kind: .colorJitter(
        ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)))
  }

  /// A few operations out of fourteen at one strength; see ``RandAugment``.
  public static func randAugment(operations: Int = 2, magnitude: Int = 9) -> AugmentOperation {
    AugmentOperation(kind: .randAugment(RandAugment(operations: operations, magnitude: magnitude)))
  }

  /// Always the same operations.
  public static func fixed(_ operations: ImageOperation...) -> AugmentOperation {
    AugmentOperation(kind: .fixed(operations))
  }
}

/// Which of the three crops of a test.
public enum SideCrop: String, Sendable, CaseIterable {
  case left
  case right
  case center
}
