/// What the values of a tensor are like.
public struct TensorStatistics: Sendable, Equatable {
  /// The least finite value; `nil` if there is none.
  public private(set) var least: Double?
  /// The greatest finite value; `nil` if there is none.
  public private(set) var greatest: Double?
  /// Mean of the finite values.
  public private(set) var mean: Double = 0
  /// Standard deviation of the finite values around their mean.
  public private(set) var deviation: Double = 0
  /// How many values are NaN.
  public private(set) var notANumberCount: Int = 0
  /// How many values are infinite.
  public private(set) var infiniteCount: Int = 0
  /// How many values are zero.
  public private(set) var zeroCount: Int = 0

  /// Reads all values of a tensor.
  public init(_ name: String, of source: any TensorSource) throws(CheckpointError) {
    let values = try source.doubles(name)
    var count = 0
    var sum = 0.0
    for value in values {
      if value.isNaN {
        notANumberCount += 1
      } else if value.isInfinite {
        infiniteCount += 1
      } else {
        count += 1
        sum += value
        if value == 0 { zeroCount += 1 }
        least = min(least ?? value, value)
        greatest = max(greatest ?? value, value)
      }
    }
    guard count > 0 else { return }
    mean = sum / Double(count)
    // A second pass, since the difference of two large sums would lose a small deviation.
    var squares = 0.0
    for value in values where value.isFinite { squares += (value - mean) * (value - mean) }
    deviation = (squares / Double(count)).squareRoot()
  }
}
