/// What a resize does on one axis: output `i` is the sum over `t` of `weights[t * count + i]` times input `start[i] + t`.
package struct ResizeTaps: Sendable {
  package let count: Int
  package let tapCount: Int
  package let start: [Int32]
  package let weights: [Float]

  /// - Parameters:
  ///   - length: inputs on this axis.
  ///   - count: outputs.
  ///   - antialias: the kernel is stretched by the reduction, so that every input counts.
  ///   - isReversed: outputs come in reverse order: a flip for free.
  package init(length: Int, count: Int, filter: ResizeFilter, antialias: Bool = false, isReversed: Bool = false) {
    let scale = Double(length) / Double(count)
    let rows = (0..<count).map { index in
      antialias
        ? ResizeTaps.stretched(index, scale: scale, length: length, filter: filter)
        : ResizeTaps.plain((Double(index) + 0.5) * scale - 0.5, length: length, filter: filter)
    }
    self.init(isReversed ? rows.reversed() : rows, length: length)
  }

  /// - Parameter positions: where each output is among the inputs, 0 being the center of the first.
  package init(positions: [Double], length: Int, filter: ResizeFilter) {
    self.init(positions.map { ResizeTaps.plain($0, length: length, filter: filter) }, length: length)
  }

  private init(_ rows: [(first: Int, weights: [Double])], length: Int) {
    let tapCount = min(rows.reduce(1) { max($0, $1.weights.count) }, length)
    var start = [Int32](repeating: 0, count: rows.count)
    var weights = [Float](repeating: 0, count: rows.count * tapCount)
    for (index, row) in rows.enumerated() {
      let first = min(max(row.first, 0), length - tapCount)
      start[index] = Int32(first)
      // Inputs beyond the border are the border's own: their weights add to its.
      var sums = [Double](repeating: 0, count: tapCount)
      for (tap, weight) in row.weights.enumerated() {
        sums[min(max(row.first + tap, 0), length - 1) - first] += weight
      }
      for tap in 0..<tapCount { weights[tap * rows.count + index] = Float(sums[tap]) }
    }
    self.count = rows.count
    self.tapCount = tapCount
    self.start = start
    self.weights = weights
  }

  /// Which of `length` inputs outputs need: 1 for each of them.
  func needed(of length: Int) -> [UInt8] {
    var needed = [UInt8](repeating: 0, count: length)
    for start in start {
      for tap in 0..<tapCount { needed[Int(start) + tap] = 1 }
    }
    return needed
  }

  private static func plain(
    _ position: Double, length: Int, filter: ResizeFilter
  ) -> (first: Int, weights: [Double]) {
    let floor = position.rounded(.down)
    let part = position - floor
    switch filter {
    case .bilinear: return (Int(floor), [1 - part, part])
    case .bicubic: return (Int(floor) - 1, (-1...2).map { keys(part - Double($0), -0.75) })
    }
  }

  /// The normalized weights of one output of a stretched kernel.
  static func stretched(
    _ index: Int, scale: Double, length: Int, filter: ResizeFilter
  ) -> (first: Int, weights: [Double]) {
    let stretch = max(scale, 1)
    let support = (filter == .bilinear ? 1 : 2) * stretch
    let center = scale * (Double(index) + 0.5)
    let first = max(Int(center - support + 0.5), 0)
    let end = min(Int(center + support + 0.5), length)
    let weights = (first..<end).map { input in
      let distance = (Double(input) - center + 0.5) / stretch
      return filter == .bilinear ? max(0, 1 - distance.magnitude) : keys(distance, -0.5)
    }
    let sum = weights.reduce(0, +)
    return (first, weights.map { $0 / sum })
  }

  /// - Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.
  private static func keys(_ distance: Double, _ a: Double) -> Double {
    let x = distance.magnitude
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0
  }
}
