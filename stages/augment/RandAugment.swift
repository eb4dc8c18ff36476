package import SluicePlatform

/// A few operations, each drawn from fourteen, all at one strength.
/// - Source: Cubuk et al., "RandAugment: practical automated data augmentation with a reduced search space", 2019, in
///   the form of torchvision.
package struct RandAugment: Sendable, Hashable {
  /// Operations of a clip.
  package var operations: Int
  /// Strength, 0…30.
  package var magnitude: Int

  package init(operations: Int = 2, magnitude: Int = 9) {
    self.operations = operations
    self.magnitude = magnitude
  }

  /// The operations in the order they are numbered in.
  package enum Name: String, Sendable, CaseIterable {
    case identity, shearX, shearY, translateX, translateY, rotate, brightness, color, contrast, sharpness
    case posterize, solarize, autoContrast, equalize

    /// Whether the strength is drawn with a sign.
    package var isSigned: Bool {
      switch self {
      case .identity, .posterize, .solarize, .autoContrast, .equalize: false
      default: true
      }
    }
  }

  /// Draws, for each operation, which it is and then, if it is signed, the sign.
  package func operations(width: Int, height: Int, draws: inout some RandomDraws) -> [ImageOperation] {
    (0..<operations).compactMap { _ in
      let name = Name.allCases[draws.integer(in: 0...Name.allCases.count - 1)]
      let isNegative = name.isSigned && draws.integer(in: 0...1) == 1
      return operation(name, isNegative: isNegative, width: width, height: height)
    }
  }

  /// The operation at this strength; `nil` for none.
  package func operation(_ name: Name, isNegative: Bool, width: Int, height: Int) -> ImageOperation? {
    let part = Double(magnitude) / 30 * (isNegative ? -1 : 1)
    return switch name {
    case .identity: nil
    case .shearX: .shearX(0.3 * part)
    case .shearY: .shearY(0.3 * part)
    case .translateX: .translateX(150.0 / 331 * Double(width) * part)
    case .translateY: .translateY(150.0 / 331 * Double(height) * part)
    case .rotate: .rotate(30 * part)
    case .brightness: .brightness(1 + 0.9 * part)
    case .color: .saturation(1 + 0.9 * part)
    case .contrast: .contrast(1 + 0.9 * part)
    case .sharpness: .sharpness(1 + 0.9 * part)
    case .posterize: .posterize(bits: 8 - Int((Double(magnitude) / 7.5).rounded(.toNearestOrEven)))
    case .solarize: .solarize(threshold: 255 * (1 - part))
    case .autoContrast: .autoContrast
    case .equalize: .equalize
    }
  }
}
