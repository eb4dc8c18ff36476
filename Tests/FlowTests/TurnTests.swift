import SluiceFlow
import Testing

/// What puts parts in order and pairs them, in every order in which things can come.
@Suite struct TurnTests {
  /// What part `part` of `count` gets: elements by number, traces as `nil`.
  private func envelopes(_ part: Int, of count: Int, source: Int = 0, _ contents: [Bool]) -> [Envelope] {
    contents.enumerated().map { index, isGood in
      let ordinal = index * count + part
      let origin = Origin(
        source: source, ordinal: ordinal, progress: 0, epoch: 0, sample: ordinal, identity: "\(ordinal)")
      let failure = SampleFailure(
        source: "\(source)", sample: ordinal, identity: "\(ordinal)", epoch: 0, stage: "s", reason: "r")
      return Envelope(isGood ? .element(ordinal) : .failed(failure), from: origin)
    }
  }

  private func text(_ envelope: Envelope) -> String {
    if case .failed = envelope.content { return "-\(envelope.origin.ordinal)" }
    return "\(envelope.origin.ordinal)"
  }

  /// Every way in which streams can come between each other, each in its own order.
  private func interleavings(_ streams: [[Envelope]]) -> [[(stream: Int, envelope: Envelope)]] {
    if streams.allSatisfy(\.isEmpty) { return [[]] }
    return streams.indices.flatMap { index -> [[(stream: Int, envelope: Envelope)]] in
      guard let first = streams[index].first else { return [] }
      var rest = streams
      rest[index].removeFirst()
      return interleavings(rest).map { [(index, first)] + $0 }
    }
  }

  @Test func partsComeInTurnWhateverComesFirst() {
    let streams = [
      envelopes(0, of: 3, [true, false, true]), envelopes(1, of: 3, [false, true, true]),
      envelopes(2, of: 3, [true, true]),
    ]
    let all = interleavings(streams)
    #expect(all.count == 560)
    for order in all {
      var state = TurnState(parts: BatchParts(count: 3))
      let released = order.flatMap { state.add($0.envelope) }
      #expect(released.map(text) == ["0", "-1", "4", "2", "-3", "6", "7", "5"])
      #expect(state.finish().isEmpty)
    }
  }

  @Test func aPassEndsWithWhatIsLeft() {
    let streams = [envelopes(0, of: 2, [true]), envelopes(1, of: 2, [true, false, true, false])]
    for order in interleavings(streams) {
      var state = TurnState(parts: BatchParts(count: 2))
      let released = order.flatMap { state.add($0.envelope) } + state.finish()
      #expect(released.map(text) == ["0", "1", "-3", "5", "-7"])
    }
  }

  @Test func theFirstTurnMayBeAnotherPart() {
    var state = TurnState(parts: BatchParts(count: 4, own: 1..<4), first: 1)
    let (one, two, three) = (
      envelopes(1, of: 4, [true])[0], envelopes(2, of: 4, [true])[0], envelopes(3, of: 4, [true])[0]
    )
    #expect(state.add(one).isEmpty && state.add(three).isEmpty)
    #expect(state.add(two).map(text) == ["2", "3", "1"])
  }

  @Test(arguments: [1, 2]) func pairsAreTheSameWhicheverStreamIsReadWhen(parts: Int) {
    let first = (0..<parts).map { envelopes($0, of: parts, [true, false, true, true]) }
    let second = (0..<parts).map { envelopes($0, of: parts, source: 1, [false, true, true, false]) }
    func run(_ orders: [[Envelope]]) -> [String] {
      var (state, rest) = (ZipState(parts: BatchParts(count: parts)), orders)
      var log: [String] = []
      while true {
        switch state.next() {
        case .read(let stream):
          if rest[stream].isEmpty {
            state.end(of: stream)
          } else {
            state.add(rest[stream].removeFirst(), from: stream)
          }
        case .pass(let envelope): log.append("\(envelope.origin.source):\(text(envelope))")
        case .pair(let one, let two): log.append("\(text(one))+\(text(two))")
        case .end: return log
        }
      }
    }
    func ofPart(_ part: Int, _ log: [String]) -> [String] {
      log.filter { line in
        let number = line.split(whereSeparator: { "+:-".contains($0) }).last.flatMap { Int($0) } ?? 0
        return number % parts == part
      }
    }
    let firsts = interleavings(first).map { $0.map(\.envelope) }
    let seconds = interleavings(second).map { $0.map(\.envelope) }
    let plain = run([firsts[0], seconds[0]])
    for one in firsts {
      for two in seconds.enumerated().filter({ $0.offset % 3 == 0 }).map(\.element) {
        let log = run([one, two])
        for part in 0..<parts {
          #expect(ofPart(part, log).filter { $0.contains("+") } == ofPart(part, plain).filter { $0.contains("+") })
        }
        #expect(Set(log.filter { $0.hasPrefix("0") && $0.contains("-") }).count == parts)
      }
    }
    if parts == 1 { #expect(plain == ["1:-0", "0+1", "0:-1", "2+2", "1:-3"]) }
  }

  @Test(arguments: 1...5, [nil, 23] as [Int?]) func theOrdersOfAllProcessesAreTheStream(
    size: Int, limit: Int?
  ) {
    let parts = 5
    var seen: [Int] = []
    for rank in 0..<size {
      let own = BatchParts(count: parts, rank: rank, of: size)
      var feed = FeedState(
        count: 7, seed: 0, order: SourceOrder(), from: nil, limit: limit, parts: own,
        ratio: Pipeline("p") { Numbers(count: 7).batch(3) }.extent(of: RunOptions()).ratio)
      var last: [Int: Int] = [:]
      for turn in 0..<(20 * own.own.count) {
        // Now and then a sample fails.
        if turn % 7 == 3, let ordinal = last.values.min() { feed.replace(ordinal) }
        guard let place = feed.next() else { break }
        #expect(place.turn == turn && place.sample == place.ordinal % 7 && place.epoch == place.ordinal / 7)
        let part = place.ordinal % parts
        #expect(own.own.contains(part) && place.ordinal == last[part].map { $0 + parts } ?? part)
        last[part] = place.ordinal
        seen.append(place.ordinal)
      }
    }
    if let limit {
      #expect(seen.sorted() == Array(0..<limit))
    } else {
      #expect(seen.count == 100 && Set(seen).count == 100)
    }
  }

  @Test func aPartReadsABatchBeforeTheNextDoes() {
    var feed = FeedState(
      count: 100, seed: 0, order: SourceOrder(), from: nil, limit: nil, parts: BatchParts(count: 3),
      ratio: Pipeline("p") { Numbers(count: 7).batch(2) }.extent(of: RunOptions()).ratio)
    #expect((0..<7).map { _ in feed.next()?.ordinal } == [0, 3, 1, 4, 2, 5, 6])
    feed.replace(1)
    #expect((0..<3).map { _ in feed.next()?.ordinal } == [7, 9, 10])
  }
}
