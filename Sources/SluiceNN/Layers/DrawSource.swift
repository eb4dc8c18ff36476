internal import SluicePlatform

/// The random numbers of a pass, in the order of its decisions.
///
/// Those of a part of a batch are the same ones that a pass over the whole batch gives to these samples: numbers are known
/// by their index, so that a part leaves out those of the others.
final class DrawSource: Sendable {
  /// As many numbers as asked, for each sample as many of them or for all together.
  typealias Numbers = @Sendable (_ count: Int, _ isPerSample: Bool) -> [Float]

  private enum Origin: Sendable {
    /// One call after the other.
    case sequence(Numbers)
    /// By their index.
    case indexed(@Sendable (_ start: Int, _ count: Int) -> [Float])
  }

  /// Which samples of a batch draw.
  struct Part: Sendable {
    let samples: Range<Int>
    /// Samples of the batch.
    let count: Int
  }

  private let origin: Origin
  private let part: Part?
  /// The index of the next number of the whole batch.
  private let position: Lock<Int>

  /// Numbers of one call after the other.
  init(_ draws: @escaping Numbers) {
    origin = .sequence(draws)
    part = nil
    position = Lock(0)
  }

  /// Numbers of a generator.
  init(_ random: KeyedRandom) {
    origin = .indexed { start, count in
      var random = random
      random.skip(start)
      return (0..<count).map { _ in Float(random.next() >> 40) * 0x1p-24 }
    }
    part = nil
    position = Lock(0)
  }

  private init(_ origin: Origin, _ part: Part, from start: Int) {
    self.origin = origin
    self.part = part
    position = Lock(start)
  }

  /// The next numbers.
  /// - Parameter isPerSample: whether each sample has as many of them; else all samples share them.
  func next(_ count: Int, isPerSample: Bool) -> [Float] {
    switch origin {
    case .sequence(let draws): return draws(count, isPerSample)
    case .indexed(let numbers):
      let (whole, offset) = extent(of: count, isPerSample)
      let start = position.withLock { position in
        defer { position += whole }
        return position
      }
      return numbers(start + offset, count)
    }
  }

  /// The numbers that all samples together take for a decision, and how many of them are before the part's.
  private func extent(of count: Int, _ isPerSample: Bool) -> (whole: Int, offset: Int) {
    guard isPerSample, let part, count.isMultiple(of: part.samples.count) else { return (count, 0) }
    let each = count / part.samples.count
    return (each * part.count, each * part.samples.lowerBound)
  }

  /// What makes, for some of the samples of a batch, a source that begins where this one is now, as often as it is asked.
  func parts() -> @Sendable (Part) -> DrawSource {
    let start = position.withLock { $0 }
    switch origin {
    case .indexed: return { [origin] part in DrawSource(origin, part, from: start) }
    case .sequence(let draws):
      // What came cannot be asked for again: it is kept.
      let made = Lock<[Float]>([])
      let kept = Origin.indexed { start, count in
        made.withLock { made in
          if made.count < start + count { made += draws(start + count - made.count, false) }
          return Array(made[start..<start + count])
        }
      }
      return { part in DrawSource(kept, part, from: 0) }
    }
  }

  /// Goes on behind what `other`, made by ``parts()``, has drawn.
  func advance(behind other: DrawSource) {
    guard case .indexed = origin else { return }
    let end = other.position.withLock { $0 }
    position.withLock { $0 = max($0, end) }
  }
}
