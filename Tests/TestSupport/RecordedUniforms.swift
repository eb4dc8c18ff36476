public import SluicePlatform
import Testing

/// Answers from recorded numbers in 0 ..< 1: a whole number of a range is its lower bound and the share of its count,
/// rounded down.
public struct RecordedUniforms: RandomDraws {
  private var numbers: ArraySlice<Double>
  /// What whole numbers were drawn from, in order.
  public private(set) var ranges: [ClosedRange<Int>] = []

  public init(_ numbers: [Double]) { self.numbers = numbers[...] }

  /// Whether all numbers were drawn.
  public var isExhausted: Bool { numbers.isEmpty }

  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * next() }

  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    ranges.append(range)
    return range.lowerBound + Int((next() * Double(range.count)).rounded(.down))
  }

  private mutating func next() -> Double {
    if let number = numbers.popFirst() { return number }
    Issue.record("more draws than recorded")
    return 0
  }
}
