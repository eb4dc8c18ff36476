/// The numbers that an option takes, read from its text.
package struct NumberRange<Number: Comparable & LosslessStringConvertible & Sendable>: Sendable {
  package let range: ClosedRange<Number>

  package init(_ range: ClosedRange<Number>) {
    self.range = range
  }

  /// - Throws: ``NumberRangeError`` with the range.
  package func read(_ text: String) throws(NumberRangeError) -> Number {
    // A number that is none is in no range.
    guard let number = Number(text), range.contains(number) else {
      let kind = Number.self is any BinaryInteger.Type ? "a whole number" : "a number"
      throw NumberRangeError("\(kind) from \(range.lowerBound) to \(range.upperBound) is wanted.")
    }
    return number
  }
}

extension NumberRange<Int> {
  /// Passes over data, steps, and intervals of them.
  package static let length: NumberRange = NumberRange(1...1_000_000_000)
  /// Threads of one process.
  package static let threads: NumberRange = NumberRange(1...1024)
  /// Things that are made or kept.
  package static let count: NumberRange = NumberRange(1...1_000_000)
}

extension NumberRange<UInt64> {
  /// Keys of random numbers.
  package static let seed: NumberRange = NumberRange(0...UInt64.max)
}

extension NumberRange<Double> {
  /// Shares of a whole.
  package static let share: NumberRange = NumberRange(0...1)
}

/// A text that is no number of a range.
package struct NumberRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
