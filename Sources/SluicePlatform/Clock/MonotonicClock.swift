internal import Glibc

/// A source of time in nanoseconds that never goes back; tests give one that they move by hand.
public struct MonotonicClock: Sendable {
  /// The time now, in nanoseconds since a moment that does not change.
  public let now: @Sendable () -> UInt64

  /// A clock that reads `now`.
  public init(now: @escaping @Sendable () -> UInt64) {
    self.now = now
  }

  /// The machine's clock, `CLOCK_MONOTONIC`.
  public static let system: MonotonicClock = MonotonicClock {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
