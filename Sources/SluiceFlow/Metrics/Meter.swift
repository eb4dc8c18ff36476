internal import SluicePlatform
internal import Synchronization

/// What one worker has done and is doing; written by the worker, read by anybody.
///
/// The clock is read only when a worker begins or ends to wait, so an element that waits for nothing costs a counter.
final class Meter: Sendable {
  enum Activity: Int {
    case busy
    case waitingForInput
    case waitingForOutput
    case ended
  }

  private let clock: MonotonicClock
  private let track: TraceTrack?
  private let items = Atomic<Int>(0)
  private let failures = Atomic<Int>(0)
  private let busy = Atomic<UInt64>(0)
  private let input = Atomic<UInt64>(0)
  private let output = Atomic<UInt64>(0)
  private let activity = Atomic<Int>(Activity.ended.rawValue)
  private let since: Atomic<UInt64>

  /// - Parameter track: where each activity is written down besides.
  init(clock: MonotonicClock, track: TraceTrack? = nil) {
    self.clock = clock
    self.track = track
    since = Atomic(clock.now())
  }

  // One writer each: a plain load and store is enough, no locked instruction.
  func countItem() {
    items.store(items.load(ordering: .relaxed) + 1, ordering: .relaxed)
  }

  /// Notes that the work on an element is done, for a trace.
  func finish(_ envelope: Envelope) {
    if let track { track.finish(envelope.identity, at: clock.now()) }
  }

  func countFailure() {
    failures.store(failures.load(ordering: .relaxed) + 1, ordering: .relaxed)
  }

  func enter(_ next: Activity) {
    let now = clock.now()
    let elapsed = now &- since.load(ordering: .relaxed)
    switch Activity(rawValue: activity.load(ordering: .relaxed)) {
    case .busy: busy.store(busy.load(ordering: .relaxed) + elapsed, ordering: .relaxed)
    case .waitingForInput: input.store(input.load(ordering: .relaxed) + elapsed, ordering: .relaxed)
    case .waitingForOutput: output.store(output.load(ordering: .relaxed) + elapsed, ordering: .relaxed)
    case .ended, nil: break
    }
    track?.enter(next, at: now)
    since.store(now, ordering: .relaxed)
    activity.store(next.rawValue, ordering: .relaxed)
  }

  /// Adds this worker to its node's figures, the time it spends in its present activity included.
  func add(to metrics: inout NodeMetrics) {
    metrics.items += items.load(ordering: .relaxed)
    metrics.failures += failures.load(ordering: .relaxed)
    metrics.busy += busy.load(ordering: .relaxed)
    metrics.waitingForInput += input.load(ordering: .relaxed)
    metrics.waitingForOutput += output.load(ordering: .relaxed)
    let begun = since.load(ordering: .relaxed)
    let now = clock.now()
    let running = now > begun ? now - begun : 0
    switch Activity(rawValue: activity.load(ordering: .relaxed)) {
    case .busy: metrics.busy += running
    case .waitingForInput: metrics.waitingForInput += running
    case .waitingForOutput: metrics.waitingForOutput += running
    case .ended, nil: break
    }
  }
}
