import SluicePlatform
import Testing

/// Answers from a recording, and checks that the questions are the recorded ones.
struct RecordedDraws: RandomDraws {
  struct Draw {
    var value: Double
    var isInteger: Bool
    /// What the recorded question's bounds were, where they are known.
    var bounds: (Double, Double)?
  }

  private var draws: ArraySlice<Draw>

  init(_ draws: [Draw]) { self.draws = draws[...] }

  init(_ values: Double..., integers: Set<Int> = []) {
    self.init(values.enumerated().map { Draw(value: $1, isInteger: integers.contains($0)) })
  }

  var isExhausted: Bool { draws.isEmpty }

  mutating func uniform(_ lower: Double, _ upper: Double) -> Double { next(lower, upper, isInteger: false) }

  mutating func integer(in range: ClosedRange<Int>) -> Int {
    let value = next(Double(range.lowerBound), Double(range.upperBound), isInteger: true)
    #expect(range.contains(Int(value)), "\(value) was drawn from \(range)")
    return Int(value)
  }

  private mutating func next(_ lower: Double, _ upper: Double, isInteger: Bool) -> Double {
    guard let draw = draws.popFirst() else {
      Issue.record("more draws than recorded: \(lower)…\(upper)")
      return lower
    }
    #expect(draw.isInteger == isInteger, "the recorded draw \(draw) is of the other sort")
    if let bounds = draw.bounds {
      let isSame = abs(bounds.0 - lower) < 1e-6 && abs(bounds.1 - upper) < 1e-6
      #expect(isSame, "drawn from \(lower)…\(upper), recorded from \(bounds)")
    }
    return draw.value
  }
}
