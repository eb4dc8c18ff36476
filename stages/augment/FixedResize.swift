internal import SluiceKernels

/// A resize in the whole numbers of an image library.
package struct FixedResize: Sendable {
  /// Whose rounding it is.
  package enum Arithmetic: Sendable {
    /// Weights are parts of 2²², columns are rounded to bytes before rows.
    case pillow
    /// Weights are parts of 2048, columns stay whole until rows are added up.
    case openCV
  }

  /// What is done on one axis: output `i` takes `weights[t * count + i]` of input `start[i] + t`.
  package struct Taps: Sendable {
    package let count: Int
    package let tapCount: Int
    package let start: [Int32]
    package let weights: [Int32]
  }

  let arithmetic: Arithmetic
  let columns: Taps
  let rows: Taps

  /// - Parameters:
  ///   - box: the size of what is resized.
  ///   - size: the size it becomes.
  ///   - isFlipped: whether columns come in reverse order.
  init(_ arithmetic: Arithmetic, _ filter: ResizeFilter, from box: PixelSize, to size: PixelSize, isFlipped: Bool) {
    self.arithmetic = arithmetic
    columns = Taps(arithmetic, filter, length: box.width, count: size.width, isReversed: isFlipped)
    rows = Taps(arithmetic, filter, length: box.height, count: size.height)
  }

  /// Rows of the box that outputs need are marked 1.
  func neededRows(of height: Int) -> [UInt8] { rows.needed(of: height) }
}

extension FixedResize.Taps {
  init(
    _ arithmetic: FixedResize.Arithmetic, _ filter: ResizeFilter, length: Int, count: Int, isReversed: Bool = false
  ) {
    let scale = Double(length) / Double(count)
    let outputs = (0..<count).map { index -> (first: Int, weights: [Int32]) in
      switch arithmetic {
      case .pillow:
        let row = ResizeTaps.stretched(index, scale: scale, length: length, filter: filter)
        return (row.first, row.weights.map { Int32(($0 * 0x1p22).rounded(.toNearestOrAwayFromZero)) })
      case .openCV: return FixedResize.Taps.openCV(index, scale: scale, length: length)
      }
    }
    self.init(isReversed ? outputs.reversed() : outputs, length: length)
  }

  private init(_ outputs: [(first: Int, weights: [Int32])], length: Int) {
    let tapCount = min(outputs.reduce(1) { max($0, $1.weights.count) }, length)
    var start = [Int32](repeating: 0, count: outputs.count)
    var weights = [Int32](repeating: 0, count: outputs.count * tapCount)
    for (index, output) in outputs.enumerated() {
      let first = min(output.first, length - tapCount)
      start[index] = Int32(first)
      for (tap, weight) in output.weights.enumerated() {
        weights[(output.first - first + tap) * outputs.count + index] = weight
      }
    }
    count = outputs.count
    self.tapCount = tapCount
    self.start = start
    self.weights = weights
  }

  /// Two neighbors; outside the first and last center the border alone.
  private static func openCV(_ index: Int, scale: Double, length: Int) -> (first: Int, weights: [Int32]) {
    let position = Float((Double(index) + 0.5) * scale - 0.5)
    let floor = position.rounded(.down)
    if floor < 0 { return (0, [2048]) }
    if Int(floor) >= length - 1 { return (length - 1, [2048]) }
    let part = position - floor
    let weights = [1 - part, part].map { Int32(($0 * 2048).rounded(.toNearestOrEven)) }
    return (Int(floor), weights)
  }

  func needed(of length: Int) -> [UInt8] {
    var needed = [UInt8](repeating: 0, count: length)
    for start in start {
      for tap in 0..<tapCount { needed[Int(start) + tap] = 1 }
    }
    return needed
  }

  func withKernelTaps<Result>(_ body: (UnsafePointer<sluice_fixed_taps>) -> Result) -> Result {
    unsafe start.withUnsafeBufferPointer { start in
      unsafe weights.withUnsafeBufferPointer { weights in
        var taps = unsafe sluice_fixed_taps(
          count: Int32(count), taps: Int32(tapCount), start: start.baseAddress, weights: weights.baseAddress)
        return unsafe body(&taps)
      }
    }
  }
}
