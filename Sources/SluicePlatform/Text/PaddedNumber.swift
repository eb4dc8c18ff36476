extension BinaryInteger {
  /// The digits with zeros in front, so that there are at least `count`: `00042`, as in names of files that sort.
  ///
  /// - Precondition: not negative.
  package func padded(to count: Int, radix: Int = 10) -> String {
    let digits = String(self, radix: radix)
    return String(repeating: "0", count: Swift.max(0, count - digits.count)) + digits
  }
}
