import SluiceFlow
import Testing

@Suite struct FeedTests {
  @Test(arguments: [1, 2, 7, 100]) func eachEpochHasEachSampleOnce(count: Int) {
    var feed = FeedState(
      count: count, seed: 1, order: SourceOrder(shuffleSeed: 2), from: nil, limit: 3 * count)
    for epoch in 0..<3 {
      var samples: [Int] = []
      for _ in 0..<count {
        let place = feed.next()
        #expect(place?.epoch == epoch)
        samples.append(place?.sample ?? -1)
      }
      #expect(samples.sorted() == Array(0..<count))
    }
    #expect(feed.next() == nil)
  }

  @Test func everyPositionGoesOnWithTheSameOrder() {
    let order = SourceOrder(shuffleSeed: 0)
    var whole = FeedState(count: 5, seed: 9, order: order, from: nil, limit: 17)
    var all: [FeedState.Place] = []
    while let place = whole.next() { all.append(place) }
    for start in 0...17 {
      var position = SourcePosition(name: "numbers", count: 5, consumed: start)
      position.ahead = start + 2 < 17 ? [start + 2] : []
      var rest = FeedState(count: 5, seed: 9, order: order, from: position, limit: 17)
      var samples: [Int] = []
      while let place = rest.next() { samples.append(place.ordinal * 100 + place.sample) }
      #expect(
        samples
          == all[start...].filter { $0.ordinal != start + 2 || start + 2 >= 17 }.map { $0.ordinal * 100 + $0.sample })
    }
  }

  @Test func seedsAndEpochsChangeTheOrder() {
    func order(_ seed: UInt64, _ shuffle: UInt64, epoch: Int) -> [Int] {
      var feed = FeedState(
        count: 50, seed: seed, order: SourceOrder(shuffleSeed: shuffle),
        from: SourcePosition(name: "", count: 50, consumed: 50 * epoch), limit: nil)
      return (0..<50).map { _ in feed.next()?.sample ?? -1 }
    }
    let orders = [order(0, 0, epoch: 0), order(1, 0, epoch: 0), order(0, 1, epoch: 0), order(0, 0, epoch: 1)]
    #expect(Set(orders).count == 4)
    #expect(order(0, 0, epoch: 0) == orders[0])
  }

  @Test(arguments: [1, 2, 3, 7, 20, 100]) func aWindowKeepsNeighboursTogether(window: Int) {
    let count = 20
    var feed = FeedState(
      count: count, seed: 3, order: SourceOrder(shuffleSeed: 0, window: window), from: nil, limit: 2 * count)
    var epochs: [[Int]] = []
    for _ in 0..<2 { epochs.append((0..<count).map { _ in feed.next()?.sample ?? -1 }) }
    #expect(epochs[0] != epochs[1])
    for samples in epochs {
      #expect(samples.sorted() == Array(0..<count))
      // The run of each sample; a run is left only when all of it has been given.
      var changes = 0
      for (one, other) in zip(samples, samples.dropFirst()) where one / window != other / window { changes += 1 }
      #expect(changes == (count - 1) / window)
    }
  }

  @Test func aStoppedFeedGivesNothingMore() {
    var feed = FeedState(count: 5, seed: 0, order: SourceOrder(), from: nil, limit: nil)
    #expect(feed.next()?.sample == 0)
    feed.stop()
    #expect(feed.next() == nil)
  }
}

@Suite struct DeliveryTrackerTests {
  private func tracker(_ count: Int, _ options: RunOptions) -> DeliveryTracker {
    DeliveryTracker(
      streams: [DeliveryTracker.Stream(name: "numbers", count: count)],
      extent: Pipeline("numbers") { Numbers(count: count) }.extent(of: options), start: StreamPosition(seed: 0),
      maxFailures: options.maxFailures)
  }

  private func arrival(_ ordinal: Int, of count: Int, fails: Bool = false) -> Envelope {
    let origin = Origin(
      ordinal: ordinal, progress: 0, epoch: ordinal / count, sample: ordinal % count, identity: "\(ordinal)")
    let failure = SampleFailure(
      source: "numbers", sample: ordinal % count, identity: "\(ordinal)", epoch: ordinal / count, stage: "s",
      reason: "r")
    return Envelope(fails ? .failed(failure) : .element(ordinal), from: origin)
  }

  @Test func everyOrderOfArrivalEndsInTheSamePosition() {
    var count = 0
    func explore(_ tracker: DeliveryTracker, _ left: Set<Int>) {
      count += 1
      let position = tracker.position.sources[0]
      let seen = Set(0..<6).subtracting(left)
      #expect(Set(0..<position.consumed).union(position.ahead) == seen)
      #expect(!position.ahead.contains(position.consumed))
      for ordinal in left {
        var tracker = tracker
        _ = tracker.absorb(arrival(ordinal, of: 3, fails: ordinal == 4))
        explore(tracker, left.subtracting([ordinal]))
      }
      if left.isEmpty {
        #expect(position.consumed == 6 && tracker.epoch == 2 && tracker.position.step == 5)
      }
    }
    explore(tracker(3, RunOptions(maxFailures: nil)), Set(0..<6))
    #expect(count == 1957)
  }

  @Test func everyPatternOfFailuresIsJudgedAtTheEndOfItsEpoch() {
    let count = 5
    for pattern in 0..<(1 << (2 * count)) {
      var tracker = tracker(count, RunOptions(epochs: 2, maxFailures: 0.4))
      // Those whose last turn failed, and all that ever did.
      var (failed, known): (Set<Int>, Set<Int>) = ([], [])
      for ordinal in 0..<(2 * count) {
        let (fails, sample) = (pattern >> ordinal & 1 == 1, ordinal % count)
        if fails { known.insert(sample) }
        if fails { failed.insert(sample) } else { failed.remove(sample) }
        let isEnd = tracker.absorb(arrival(ordinal, of: count, fails: fails))
        #expect(isEnd == (ordinal % count == count - 1))
        if tracker.verdict != nil {
          let isEarly = failed.count == count
          #expect(isEarly || (isEnd && failed.count > 2))
          #expect(tracker.verdict?.code == (isEarly ? .noUsableSample : .tooManyFailures))
          break
        }
        #expect(!(isEnd && failed.count > 2))
      }
      #expect(Set(tracker.position.failures.samples.map(\.sample)) == known)
      #expect(Set(tracker.position.failures.outstanding.map(\.sample)) == failed)
      if tracker.verdict == nil { #expect(tracker.isComplete) }
    }
  }
}
