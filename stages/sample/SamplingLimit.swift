/// The numbers that stages of sampling take: products of them are numbers too.
enum SamplingLimit {
  static let count = 1...65_536
  static let stride = 1...100_000
  static let length = 1...1_000_000
  static let windows = 1...1000

  /// - Throws: ``SamplingError`` that names the number and its range.
  static func check(count: Int, stride: Int = 1, length: Int = 1, windows: Int) throws(SamplingError) {
    for (name, number, range) in [
      ("count", count, Self.count), ("stride", stride, Self.stride), ("length", length, Self.length),
      ("windows", windows, Self.windows),
    ] where !range.contains(number) {
      throw .outside(name, number, range)
    }
  }

  /// Frames of all windows; `nil` for numbers that the stage refuses.
  static func frames(_ count: Int, windows: Int) -> Int? {
    Self.count.contains(count) && Self.windows.contains(windows) ? count * windows : nil
  }
}
