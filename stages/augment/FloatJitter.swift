internal import SluicePlatform

/// Random changes of brightness, contrast and saturation in an order of their own, done in 32-bit floats: what is beyond 0…255
/// between two of them is kept, and fractions are cut off at the end.
/// - Source: BEVT, the augmentation of its image stream.
public struct FloatJitter: Sendable, Hashable {
  /// What is changed.
  public enum Property: String, Sendable, CaseIterable {
    case brightness
    case contrast
    case saturation
  }

  /// Which comes first, and so on; the published code draws it once for a run.
  public var order: [Property]
  /// Factors are in `1 - amount ... 1 + amount`.
  public var amount: Double

  public init(amount: Double = 0.4, order: [Property] = Property.allCases) {
    self.amount = amount
    self.order = order
  }

  /// Draws the factor of brightness, then contrast, then saturation.
  func changes(draws: inout some RandomDraws) -> [ColorChange] {
    var factors: [Property: Double] = [:]
    for property in Property.allCases { factors[property] = draws.uniform(1 - amount, 1 + amount) }
    return order.map { ColorChange(property: $0, factor: factors[$0] ?? 1) }
  }
}

/// One change of a frame's colors by a factor, in floats.
public struct ColorChange: Sendable, Hashable {
  public let property: FloatJitter.Property
  public let factor: Double

  public init(property: FloatJitter.Property, factor: Double) {
    self.property = property
    self.factor = factor
  }

  /// The luma of a color.
  private static func gray(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.2989 * red + 0.587 * green + 0.114 * blue
  }

  /// Changes colors in 0…255, three planes one after the other.
  package func apply(to values: inout [Float]) {
    let (count, factor) = (values.count / 3, Float(factor))
    switch property {
    case .brightness: for index in values.indices { values[index] *= factor }
    case .contrast:
      var sum = 0.0
      for index in 0..<count {
        sum += Double(ColorChange.gray(values[index], values[count + index], values[2 * count + index]))
      }
      let shift = (1 - factor) * Float(sum / Double(max(count, 1)))
      for index in values.indices { values[index] = factor * values[index] + shift }
    case .saturation:
      for index in 0..<count {
        let gray = ColorChange.gray(values[index], values[count + index], values[2 * count + index])
        for color in 0..<3 {
          values[color * count + index] = factor * values[color * count + index] + (1 - factor) * gray
        }
      }
    }
  }

  /// Makes `changes` to the bytes of three planes of `count` each.
  static func apply(_ changes: [ColorChange], to planes: UnsafeMutablePointer<UInt8>, count: Int) {
    let bytes = unsafe UnsafeMutableBufferPointer(start: planes, count: 3 * count)
    var values = unsafe bytes.map { Float($0) }
    for change in changes { change.apply(to: &values) }
    for index in values.indices { unsafe bytes[index] = UInt8(min(max(values[index], 0), 255)) }
  }
}
