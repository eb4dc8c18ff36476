internal import DequeModule

/// In which order the parts of a divided batch take their samples out of a stream, as a pure state machine.
///
/// Each part takes its own in the order of the stream, which settles what its batches hold. Between parts the order only
/// settles how much waits: as many samples as a batch needs for one part, then for the next, and another one as soon as one
/// has failed, so that about one batch is gathered at a time however many parts there are.
struct PartFeed {
  private let parts: BatchParts
  private let ratio: SampleRatio
  /// For each own part, the index in the stream that comes next.
  private var upcoming: [Int]
  /// Parts that wait for another sample in place of one that failed.
  private var replacing: Deque<Int> = []
  private var step = 0
  private var part = 0
  /// Samples the present part still takes for its next output.
  private var missing: Int

  /// - Parameter start: for each part of all, the index in the stream that comes next; empty at the beginning.
  init(parts: BatchParts, ratio: SampleRatio, from start: [Int]) {
    self.parts = parts
    self.ratio = ratio
    upcoming = parts.own.map { start.isEmpty ? $0 : start[$0] }
    missing = ratio.samples(upTo: 1)
  }

  /// - Parameter limit: where the stream ends; `nil` for never.
  mutating func next(before limit: Int?, skipping skipped: Set<Int>) -> Int? {
    while let part = replacing.popFirst() {
      if let ordinal = take(part, before: limit, skipping: skipped) { return ordinal }
    }
    while true {
      while missing == 0 {
        part += 1
        if part == upcoming.count { (part, step) = (0, step + 1) }
        missing = ratio.samples(upTo: step + 1) - ratio.samples(upTo: step)
      }
      missing -= 1
      if let ordinal = take(part, before: limit, skipping: skipped) { return ordinal }
      missing = 0
      if let limit, upcoming.allSatisfy({ $0 >= limit }) { return nil }
    }
  }

  mutating func replace(_ ordinal: Int) {
    replacing.append(parts.ownIndex(of: ordinal))
  }

  private mutating func take(_ part: Int, before limit: Int?, skipping skipped: Set<Int>) -> Int? {
    var ordinal = upcoming[part]
    while skipped.contains(ordinal) { ordinal += parts.count }
    upcoming[part] = ordinal
    guard limit.map({ ordinal < $0 }) ?? true else { return nil }
    upcoming[part] += parts.count
    return ordinal
  }
}

extension SampleRatio {
  /// Whole samples that are begun by the first `outputs` outputs.
  fileprivate func samples(upTo outputs: Int) -> Int {
    let gathered = product(gathered, outputs)
    return gathered / repeated + (gathered % repeated > 0 ? 1 : 0)
  }
}
