package import SluicePlatform

/// The rules of the spacings; each draws where its window begins, if that is drawn.
extension DenseFrames {
  package func denseIndices(
    of total: Int, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    // One smaller than it could be: the last window is never drawn.
    let begin = begin(upTo: max(0, total - count * stride - 1), part, &draws)
    let end = min(begin + count * stride, total)
    guard end - begin >= count else { throw SamplingError.tooShort(name: name, found: total, wanted: count) }
    guard count > 1 else { return [end - 1] }
    let step = Double(end - 1 - begin) / Double(count - 1)
    return (0..<count - 1).map { Int((Double(begin) + Double($0) * step).rounded(.down)) } + [end - 1]
  }

  package func offsetIndices(
    of total: Int, rate: Double?, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    guard total > 0 else { throw SamplingError.tooShort(name: name, found: total, wanted: 1) }
    let length = Double(count * stride) * (rate ?? 30) / 30
    let slack = max(Double(total) - length, 0)
    let start = window == .random ? draws.uniform(0, slack) : (slack * share(of: part)).rounded(.down)
    let step = count > 1 ? (length - 1) / Double(count - 1) : 0
    return (0..<count).map { Int(min(max(start + Double($0) * step, 0), Double(total - 1))) }
  }

  package func stridedIndices(
    of total: Int, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    guard total > 0 else { throw SamplingError.tooShort(name: name, found: total, wanted: 1) }
    guard window == .random else {
      // The windows are runs of the frames that are a stride apart.
      let kept = max((total + stride - 1) / stride, count)
      let start = Int(Double(kept - count) * share(of: part))
      return (start..<start + count).map { min($0, (total - 1) / stride) * stride }
    }
    // A step onto the very last frame is not taken.
    var index = draws.integer(in: 0...max(0, total - count * stride))
    return (0..<count).map { _ in
      defer { if index + stride < total - 1 { index += stride } }
      return index
    }
  }

  package func inclusiveIndices(
    of total: Int, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    guard total > 0 else { throw SamplingError.tooShort(name: name, found: total, wanted: 1) }
    let length = count * stride
    guard total > length else {
      let real = total / stride
      let spaced = evenly(from: 0, to: total, count: real).map { min(Int($0), total - 1) }
      return spaced + [Int](repeating: total - 1, count: count - real)
    }
    let start = begin(upTo: total - 1 - length, part, &draws)
    return evenly(from: start, to: start + length, count: count).map { min(Int($0), start + length - 1) }
  }

  package func loopedIndices(
    of total: Int, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    guard total > 0 else { throw SamplingError.tooShort(name: name, found: total, wanted: 1) }
    // Where windows can begin.
    let room = total - count * stride + 1
    var start = 0
    if room > 0 {
      let part = (number: Double(part), length: Double(room) / Double(windows))
      start =
        switch window {
        case .random: draws.integer(in: 0...room - 1)
        case .center: Int(part.number * part.length + part.length / 2)
        case .spread: Int(Double(room - 1) * share(of: Int(part.number)))
        }
    }
    return (0..<count).map { (start + $0 * stride) % total }
  }

  /// Where a window begins.
  private func begin(upTo largest: Int, _ part: Int, _ draws: inout some RandomDraws) -> Int {
    switch window {
    case .random: draws.integer(in: 0...largest)
    case .center: largest * (2 * part + 1) / (2 * windows)
    case .spread: windows > 1 ? largest * part / (windows - 1) : largest / 2
    }
  }

  /// The share of the remaining frames that come before a window which is not drawn.
  private func share(of part: Int) -> Double {
    window == .spread && windows > 1
      ? Double(part) / Double(windows - 1) : Double(2 * part + 1) / Double(2 * windows)
  }

  /// `count` numbers from `first` to `last`, both counted.
  private func evenly(from first: Int, to last: Int, count: Int) -> [Double] {
    guard count > 1 else { return [Double](repeating: Double(first), count: count) }
    let step = Double(last - first) / Double(count - 1)
    return (0..<count - 1).map { Double($0) * step + Double(first) } + [Double(last)]
  }
}
