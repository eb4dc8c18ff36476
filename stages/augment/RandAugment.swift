internal import Glibc
package import SluicePlatform

/// A few operations drawn from a list, at a strength that may vary.
///
/// ```swift
/// Augment(.randAugment(.increasing), .resizedCrop(224))
/// ```
/// - Source: Cubuk et al., "RandAugment: practical automated data augmentation with a reduced search space", 2019.
public struct RandAugment: Sendable, Hashable {
  /// Which operations there are, what a magnitude means, and whose rounding they follow.
  public enum Policy: String, Sendable, CaseIterable {
    /// torchvision's fourteen, the identity among them; magnitudes are parts of 30.
    case torchvision
    /// timm's fifteen whose effect grows with the magnitude, by Pillow's rules; magnitudes are parts of 10.
    case increasing
    /// imgaug's eighteen, the identity among them, drawn without replacement behind a mirror image and a crop of its own, by
    /// Pillow's rules; magnitudes are parts of 30.
    case imgaug
  }

  public var policy: Policy
  /// Operations drawn for a clip, with replacement unless the policy is imgaug's.
  public var operations: Int
  /// Strength, 0…30 or 0…10 by ``policy``.
  public var magnitude: Double
  /// Standard deviation of the strength about ``magnitude``, drawn anew for each operation and cut to its range.
  public var deviation: Double
  /// How often a drawn operation is applied.
  public var probability: Double
  /// Share of the clips that imgaug's policy mirrors before its operations; other policies mirror nothing.
  public var flip: Double

  public init(
    _ policy: Policy = .torchvision, operations: Int = 2, magnitude: Double = 9, deviation: Double = 0,
    probability: Double = 1, flip: Double = 0.5
  ) {
    self.policy = policy
    self.operations = operations
    self.magnitude = magnitude
    self.deviation = deviation
    self.probability = probability
    self.flip = flip
  }

  /// Four operations at magnitude 7 ± 0.5, each applied to half of the clips: timm's `rand-m7-n4-mstd0.5-inc1`.
  public static let increasing: RandAugment = RandAugment(
    .increasing, operations: 4, magnitude: 7, deviation: 0.5, probability: 0.5)

  /// Four of imgaug's operations at magnitude 7, what BEVT is tuned with on Something-Something.
  public static let imgaug: RandAugment = RandAugment(.imgaug, operations: 4, magnitude: 7)
}

extension RandAugment {
  /// The operations by name.
  package enum Name: String, Sendable, CaseIterable {
    case identity, shearX, shearY, translateX, translateY, rotate, brightness, color, contrast, sharpness
    case posterize, solarize, autoContrast, equalize, invert, solarizeAdd, cutout, blur, smooth

    /// Whether the strength is drawn with a sign.
    package var isSigned: Bool {
      switch self {
      case .identity, .posterize, .solarize, .autoContrast, .equalize, .invert, .solarizeAdd, .cutout, .blur, .smooth:
        false
      case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
      }
    }
  }

  /// Draws, for each operation, which it is; then, as far as they matter, whether it is applied, its strength, its sign, and
  /// the middle of a square that is cut out, as shares of width and height.
  package func operations(width: Int, height: Int, draws: inout some RandomDraws) -> [ImageOperation] {
    var names = policy.names
    return (0..<min(operations, policy == .imgaug ? names.count : operations)).compactMap { _ in
      let number = draws.integer(in: 0...names.count - 1)
      let name = policy == .imgaug ? names.remove(at: number) : names[number]
      guard probability >= 1 || draws.uniform(0, 1) < probability else { return nil }
      var strength = magnitude
      if deviation > 0 { strength += deviation * normalDraw(&draws) }
      let isNegative = name.isSigned && draws.integer(in: 0...1) == 1
      let middle = name == .cutout ? (x: draws.uniform(0, 1), y: draws.uniform(0, 1)) : (x: 0.5, y: 0.5)
      return operation(
        name, strength: strength, isNegative: isNegative, width: width, height: height, middle: middle)
    }
  }

  /// The operation at a strength, ``magnitude`` if `nil`; `nil` for none.
  /// - Parameter middle: of a square that is cut out, as shares of width and height.
  package func operation(
    _ name: Name, strength: Double? = nil, isNegative: Bool, width: Int, height: Int,
    middle: (x: Double, y: Double) = (0.5, 0.5)
  ) -> ImageOperation? {
    let share = min(max((strength ?? magnitude) / policy.fullMagnitude, 0), 1)
    let part = isNegative ? -share : share
    switch name {
    case .identity: return nil
    case .shearX: return .shearX(policy.shear(part))
    case .shearY: return .shearY(policy.shear(part))
    case .translateX: return .translateX(policy.translation * Double(width) * part)
    case .translateY: return .translateY(policy.translation * Double(height) * part)
    case .rotate: return .rotate(30 * part)
    case .brightness: return .brightness(1 + 0.9 * part)
    case .color: return .saturation(1 + 0.9 * part)
    case .contrast: return .contrast(1 + 0.9 * part)
    case .sharpness: return .sharpness(1 + 0.9 * part)
    case .posterize: return .posterize(bits: policy.bits(share))
    case .solarize: return .solarize(threshold: policy.threshold(share))
    case .autoContrast: return .autoContrast
    case .equalize: return .equalize
    case .invert: return .invert
    case .solarizeAdd: return .solarizeAdd(Int(110 * share))
    case .cutout: return .cutout(RandAugment.square(20.0 / 32 * share, width: width, height: height, middle: middle))
    case .blur: return .blur
    // What sharpness blends with.
    case .smooth: return .sharpness(0)
    }
  }
}

extension RandAugment.Policy {
  /// Whose rounding the operations follow.
  var rules: ImageRules { self == .torchvision ? .torchvision : .pillow }

  /// The operations in the order they are numbered in.
  package var names: [RandAugment.Name] {
    switch self {
    case .torchvision:
      [
        .identity, .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness,
        .posterize, .solarize, .autoContrast, .equalize,
      ]
    case .increasing:
      [
        .autoContrast, .equalize, .invert, .rotate, .posterize, .solarize, .solarizeAdd, .color, .contrast, .brightness,
        .sharpness, .shearX, .shearY, .translateX, .translateY,
      ]
    case .imgaug:
      [
        .identity, .autoContrast, .equalize, .invert, .rotate, .posterize, .solarize, .color, .contrast, .brightness,
        .sharpness, .shearX, .shearY, .translateX, .translateY, .cutout, .blur, .smooth,
      ]
    }
  }

  /// The strongest magnitude.
  package var fullMagnitude: Double { self == .increasing ? 10 : 30 }

  /// The share of a side that full magnitude moves a frame by; to the left or up under the increasing policy.
  fileprivate var translation: Double {
    switch self {
    case .torchvision: 150.0 / 331
    case .increasing: -0.45
    case .imgaug: 0.33
    }
  }

  /// What is added to a column for each row, or the other way round; imgaug's are angles.
  fileprivate func shear(_ part: Double) -> Double { self == .imgaug ? tan(0.3 * part) : 0.3 * part }

  /// High bits that posterizing keeps.
  fileprivate func bits(_ share: Double) -> Int {
    switch self {
    case .torchvision: 8 - Int((share * 4).rounded(.toNearestOrEven))
    case .increasing: 4 - Int(4 * share)
    case .imgaug: 8 - Int(6 * share)
    }
  }

  /// The least value that solarizing inverts.
  fileprivate func threshold(_ share: Double) -> Double {
    self == .torchvision ? 255 * (1 - share) : Double(256 - Int(256 * share))
  }
}
