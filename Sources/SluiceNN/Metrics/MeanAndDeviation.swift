/// The mean of several results and how far they are from it: `68.53 ± 1.23`.
public struct MeanAndDeviation: Sendable, Equatable {
  /// 0 without results.
  public let mean: Double
  /// The standard deviation of the results themselves, and not one that is estimated for others: divided by their number.
  public let deviation: Double

  public init(of results: [Double]) {
    let count = Double(max(results.count, 1))
    let mean = results.reduce(0, +) / count
    self.mean = mean
    deviation = (results.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  }
}
