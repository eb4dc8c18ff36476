internal import SluicePlatform

/// An axis: the range it shows and the round numbers it names.
struct AxisScale: Sendable {
  let lower: Double
  let upper: Double
  let ticks: [Double]
  private let step: Double

  /// - Parameters:
  ///   - values: what must be on the axis; those that are not finite are left out.
  ///   - reachesTicks: whether the range ends at round numbers, beyond the values if need be.
  init(showing values: some Sequence<Double>, tickCount: Int = 5, reachesTicks: Bool) {
    // Within limits whose difference is finite, too.
    let finite = values.filter(\.isFinite).map { min(max($0, -1e300), 1e300) }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    // Steps and epochs have no halves.
    let isWhole = finite.allSatisfy { $0.rounded() == $0 && abs($0) < 1e15 } && !reachesTicks
    // Equal but for rounding, they would need more digits for their ticks than anybody reads.
    if high - low <= max(abs(low), abs(high)) * 1e-9 {
      let margin = isWhole || high == 0 ? 1 : abs(high) / 10
      (low, high) = (low - margin, high + margin)
    }
    let step = max(AxisScale.roundStep((high - low) / Double(tickCount)), isWhole ? 1 : 0)
    self.step = step
    let first = (low / step + (reachesTicks ? 1e-9 : -1e-9)).rounded(reachesTicks ? .down : .up)
    let last = (high / step + (reachesTicks ? -1e-9 : 1e-9)).rounded(reachesTicks ? .up : .down)
    let ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    self.ticks = ticks
    lower = reachesTicks ? ticks.first ?? low : low
    upper = reachesTicks ? ticks.last ?? high : high
  }

  /// 1, 2 or 5 times a power of ten, not less than `length`.
  private static func roundStep(_ length: Double) -> Double {
    var power = 1.0
    while power * 10 <= length { power *= 10 }
    while power > length { power /= 10 }
    return [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= length * (1 - 1e-9) } ?? power * 10
  }

  /// Where `value` is on the axis: 0 at its beginning, 1 at its end.
  func position(of value: Double) -> Double {
    (min(max(value, lower), upper) - lower) / (upper - lower)
  }

  /// A tick as text, with as many decimals as the step between ticks needs.
  func label(of tick: Double) -> String {
    if step >= 1e6 || step < 1e-4 { return (tick / step).rounded() == 0 ? "0" : tick.threeDigits }
    var decimals = 0
    var unit = step
    while unit < 1 - 1e-9 { (unit, decimals) = (unit * 10, decimals + 1) }
    return tick.text(decimals: decimals)
  }
}

extension Double {
  /// The number with exactly so many decimals.
  func text(decimals: Int) -> String {
    guard isFinite, abs(self) < 1e12 else { return threeDigits }
    let scale = (0..<decimals).reduce(1) { power, _ in power * 10 }
    let whole = Int((abs(self) * Double(scale)).rounded())
    let sign = self < 0 && whole != 0 ? "−" : ""
    if decimals == 0 { return "\(sign)\(whole)" }
    let rest = "\(whole % scale)"
    return "\(sign)\(whole / scale).\(String(repeating: "0", count: decimals - rest.count))\(rest)"
  }

  /// A share of the width, for style sheets: within 0…100 and always a number.
  var percentOfWidth: String { "\((isFinite ? min(max(self, 0), 1) * 100 : 0).plainText)%" }

  /// For coordinates: plain ASCII digits, two decimals.
  var plainText: String { isFinite ? "\((self * 100).rounded() / 100)" : "0" }
}
