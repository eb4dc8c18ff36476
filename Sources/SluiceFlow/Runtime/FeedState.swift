internal import SluicePlatform

/// Which sample of a source comes next, as a pure state machine.
package struct FeedState {
  package struct Place: Equatable {
    /// The number of this sample among those given out by this run.
    package let turn: Int
    /// The index in the stream over all epochs.
    package let ordinal: Int
    package let epoch: Int
    package let sample: Int
  }

  package let count: Int
  private let limit: Int?
  private let skipped: Set<Int>
  private var order: EpochOrder
  private var ordinal: Int
  /// The order in which the parts of a divided batch take their samples; `nil` if it is not divided.
  private var partFeed: PartFeed?
  private var turn = 0
  private var isStopped = false

  /// - Parameters:
  ///   - limit: where the stream ends; `nil` for never.
  ///   - ratio: how many samples one output takes.
  package init(
    count: Int, seed: UInt64, order: SourceOrder, from position: SourcePosition?, limit: Int?,
    parts: BatchParts = BatchParts(), ratio: SampleRatio = SampleRatio()
  ) {
    self.count = count
    self.limit = limit
    // The parts of a divided batch are not all in the same epoch.
    self.order = EpochOrder(count: count, seed: seed, order, kept: parts.count > 1 ? 2 : 1)
    ordinal = position?.consumed ?? 0
    skipped = Set(position?.ahead ?? [])
    if parts.count > 1 { partFeed = PartFeed(parts: parts, ratio: ratio, from: position?.nextOfParts ?? []) }
  }

  package mutating func next() -> Place? {
    guard !isStopped, let ordinal = nextOrdinal() else { return nil }
    defer { turn += 1 }
    let (epoch, index) = ordinal.quotientAndRemainder(dividingBy: count)
    return Place(turn: turn, ordinal: ordinal, epoch: epoch, sample: order.sample(index, of: epoch))
  }

  package mutating func stop() {
    isStopped = true
  }

  /// The sample at an index of the stream failed: its part of a divided batch gets another one soon.
  package mutating func replace(_ ordinal: Int) {
    partFeed?.replace(ordinal)
  }

  private mutating func nextOrdinal() -> Int? {
    if partFeed != nil { return partFeed?.next(before: limit, skipping: skipped) }
    while skipped.contains(ordinal) { ordinal += 1 }
    guard limit.map({ ordinal < $0 }) ?? true else { return nil }
    defer { ordinal += 1 }
    return ordinal
  }
}

/// The order of a list's samples, drawn for each epoch.
struct EpochOrder {
  private let count: Int
  private let seed: UInt64
  private let shuffleSeed: UInt64?
  private let window: Int?
  /// How many epochs' orders are remembered.
  private let kept: Int
  private var permutations: [(epoch: Int, samples: [UInt32])] = []

  init(count: Int, seed: UInt64, _ order: SourceOrder, kept: Int) {
    self.count = count
    self.seed = seed
    shuffleSeed = order.shuffleSeed
    window = order.window
    self.kept = kept
  }

  mutating func sample(_ index: Int, of epoch: Int) -> Int {
    guard let shuffleSeed else { return index }
    if let known = permutations.first(where: { $0.epoch == epoch }) { return Int(known.samples[index]) }
    // The node's name is no part of the key: videos and the shards made of them come in the same order.
    var generator = KeyedRandom(
      seed: seed, epoch: epoch, sample: Int(truncatingIfNeeded: shuffleSeed), stage: "shuffle")
    let samples = shuffledNumbers(count, window: window ?? count, using: &generator)
    if permutations.count == kept { permutations.removeFirst() }
    permutations.append((epoch, samples))
    return Int(samples[index])
  }
}

/// 0 ..< count with runs of `window` numbers in random order, and the numbers of each run too.
func shuffledNumbers(_ count: Int, window: Int, using generator: inout KeyedRandom) -> [UInt32] {
  guard window < count else { return shuffledNumbers(count, using: &generator) }
  return shuffledNumbers((count + window - 1) / window, using: &generator).flatMap { run in
    let first = Int(run) * window
    return shuffledNumbers(min(window, count - first), using: &generator).map { UInt32(first) + $0 }
  }
}

/// 0 ..< count in random order.
///
/// Written out, since the standard library may change how it shuffles.
/// - Source: Durstenfeld, "Algorithm 235: random permutation", 1964; Lemire, "Fast random integer generation in an
///   interval", 2019.
func shuffledNumbers(_ count: Int, using generator: inout KeyedRandom) -> [UInt32] {
  var numbers = (0..<UInt32(count)).map { $0 }
  for index in stride(from: count - 1, to: 0, by: -1) {
    numbers.swapAt(index, Int(number(below: UInt64(index + 1), using: &generator)))
  }
  return numbers
}

private func number(below bound: UInt64, using generator: inout KeyedRandom) -> UInt64 {
  while true {
    let product = bound.multipliedFullWidth(by: generator.next())
    // Too small a low half belongs to the part of the range that would come once too often.
    if product.low >= bound || product.low >= (0 &- bound) % bound { return product.high }
  }
}
