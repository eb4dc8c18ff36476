extension Double {
  /// Three significant digits for a person: `1240`, `12.4`, `0.0124`, `1.24e-05`, `1.24e+12`.
  package var threeDigits: String {
    guard isFinite else { return "\(self)" }
    let size = abs(self)
    if size == 0 { return "0" }
    if size < 1e-3 || size >= 1e9 { return exponential }
    if size >= 100 { return "\(Int(rounded()))" }
    let scale = size >= 10 ? 10.0 : size >= 1 ? 100.0 : size >= 0.1 ? 1000.0 : 10000.0
    return "\((self * scale).rounded() / scale)"
  }

  /// A share as per cent with one decimal: `79.6 %`.
  package var percentText: String { isFinite ? "\((self * 1000).rounded() / 10) %" : "–" }

  /// A share as per cent without decimals, for columns of a table: `80 %`.
  package var wholePercentText: String { isFinite ? "\(Int((min(max(self, -1e9), 1e9) * 100).rounded())) %" : "–" }

  private var exponential: String {
    var (mantissa, exponent) = (self, 0)
    while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    let digits = "\(abs(exponent))"
    return "\((mantissa * 100).rounded() / 100)e\(exponent < 0 ? "-" : "+")\(digits.count < 2 ? "0" : "")\(digits)"
  }
}
