internal import SluiceNN

extension Double {
  /// A share as per cent with two decimals, as results are published: `71.25`.
  var hundredths: String {
    guard isFinite else { return "–" }
    let number = Int((min(max(self, -1e9), 1e9) * 10_000).rounded())
    let (whole, rest) = (abs(number) / 100, abs(number) % 100)
    return "\(number < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension MeanAndDeviation {
  /// `68.53 ± 1.23` of shares.
  var text: String { "\(mean.hundredths) ± \(deviation.hundredths)" }
}

extension TopAccuracy {
  /// `top-1 71.25 top-5 96.00`.
  func text(_ depths: [Int]) -> String {
    depths.map { "top-\($0) \(share(within: $0).hundredths)" }.joined(separator: " ")
  }
}
