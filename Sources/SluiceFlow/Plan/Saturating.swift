// Counts and bytes of what a user declares, which may be any numbers.

/// A product of numbers that are not negative, or the largest number where it is larger than that.
package func product(_ one: Int, _ other: Int) -> Int {
  let (result, isTooLarge) = one.multipliedReportingOverflow(by: other)
  return isTooLarge ? Int.max : result
}

/// A sum of numbers that are not negative, or the largest number where it is larger than that.
package func sum(_ numbers: Int...) -> Int {
  numbers.reduce(0) { sum, next in
    let (result, isTooLarge) = sum.addingReportingOverflow(next)
    return isTooLarge ? Int.max : result
  }
}
