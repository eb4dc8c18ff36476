internal import DequeModule

/// Pairs the next good elements of two streams, those of each part of a divided batch by themselves, as a pure state
/// machine.
package struct ZipState: Sendable {
  package enum Action: Sendable {
    /// An element of this stream is needed.
    case read(stream: Int)
    /// A trace of a failed sample goes on.
    case pass(Envelope)
    case pair(Envelope, Envelope)
    /// Nothing more can be paired.
    case end
  }

  private let parts: BatchParts
  /// For each stream and own part, what has come and is not paired.
  private var waiting: [[Deque<Envelope>]]
  private var counts = [0, 0]
  private var isEnded = [false, false]
  /// The part that got something last: only there can be a pair.
  private var part = 0

  package init(parts: BatchParts) {
    self.parts = parts
    waiting = [[Deque<Envelope>]](
      repeating: [Deque<Envelope>](repeating: [], count: parts.own.count), count: 2)
  }

  package mutating func add(_ envelope: Envelope, from stream: Int) {
    part = parts.ownIndex(of: envelope.origin.ordinal)
    waiting[stream][part].append(envelope)
    counts[stream] += 1
  }

  package mutating func end(of stream: Int) {
    isEnded[stream] = true
  }

  package mutating func next() -> Action {
    // The first stream's failures, then the second's, then the pair: the same order for any number of parts.
    if let trace = popTrace(of: 0) { return .pass(trace) }
    if let first = waiting[0][part].first {
      if let trace = popTrace(of: 1) { return .pass(trace) }
      if let second = waiting[1][part].popFirst() {
        waiting[0][part].removeFirst()
        counts = counts.map { $0 - 1 }
        return .pair(first, second)
      }
    }
    let shorter = counts[1] < counts[0] ? 1 : 0
    for stream in [shorter, 1 - shorter] where !isEnded[stream] && isUseful(stream) { return .read(stream: stream) }
    return .end
  }

  private mutating func popTrace(of stream: Int) -> Envelope? {
    guard case .failed? = waiting[stream][part].first?.content else { return nil }
    counts[stream] -= 1
    return waiting[stream][part].popFirst()
  }

  /// Whether what comes from a stream can still be paired.
  private func isUseful(_ stream: Int) -> Bool {
    !isEnded[1 - stream] || waiting[1 - stream].contains { !$0.isEmpty }
  }
}
