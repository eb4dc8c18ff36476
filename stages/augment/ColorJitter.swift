internal import SluicePlatform

/// Random changes of brightness, contrast, saturation and hue.
struct ColorJitter: Sendable, Hashable {
  /// Factors are in `max(0, 1 - amount) ... 1 + amount`; an amount of 0 leaves the operation out.
  var brightness: Double
  var contrast: Double
  var saturation: Double
  /// Turns are in `-hue ... hue`, parts of the circle.
  var hue: Double

  /// Draws a random order first, then one factor for each operation in that order.
  func operations(draws: inout some RandomDraws) -> [ImageOperation] {
    draws.shuffled([0, 1, 2, 3]).compactMap { which in
      switch which {
      case 0: factor(brightness, &draws).map { .brightness($0) }
      case 1: factor(contrast, &draws).map { .contrast($0) }
      case 2: factor(saturation, &draws).map { .saturation($0) }
      default: hue > 0 ? .hue(draws.uniform(-hue, hue)) : nil
      }
    }
  }

  private func factor(_ amount: Double, _ draws: inout some RandomDraws) -> Double? {
    amount > 0 ? draws.uniform(max(0, 1 - amount), 1 + amount) : nil
  }
}
