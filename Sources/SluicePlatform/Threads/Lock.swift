public import Glibc

/// The package's one lock: a pthread mutex around the state it protects, and a condition to wait for on it.
///
/// Hold it briefly and never across an `await`. (`Synchronization.Mutex` is not used: the thread sanitizer cannot see
/// its futex on Linux and reports races that are none.)
@safe public final class Lock<State>: @unchecked Sendable {
  // Safe to share: `state` is touched only between pthread_mutex_lock and pthread_mutex_unlock. It is behind a pointer
  // so that no exclusivity check is made at run time: the mutex is one.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let condition: UnsafeMutablePointer<pthread_cond_t>
  @usableFromInline let state: UnsafeMutablePointer<State>

  /// Creates an unlocked lock around `state`.
  public init(_ state: sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition = .allocate(capacity: 1)
    unsafe condition.initialize(to: pthread_cond_t())
    let code = unsafe pthread_mutex_init(mutex, nil)
    precondition(code == 0, "pthread_mutex_init failed with \(code)")
    // Time limits are on the clock that is never set.
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let conditionCode = unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
    precondition(conditionCode == 0, "pthread_cond_init failed with \(conditionCode)")
    unsafe self.state = .allocate(capacity: 1)
    unsafe self.state.initialize(to: state)
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe pthread_cond_destroy(condition)
    unsafe condition.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the state, alone.
  @inlinable
  public func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&state.pointee)
  }

  /// Runs `body` with the state, alone, again after each wake-up until it gives a result.
  ///
  /// Blocks the thread while `body` returns `nil`; only threads of our own may wait so.
  @inlinable
  public func wait<Result>(_ body: (inout State) -> sending Result?) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = unsafe body(&state.pointee) { return result }
      unsafe pthread_cond_wait(condition, mutex)
    }
  }

  /// Like ``wait(_:)``, but no longer than until a time of ``MonotonicClock/system``; `nil` if it has come.
  ///
  /// `body` runs once more at that time, so what is there by then is not missed.
  @inlinable
  public func wait<Result>(until deadline: UInt64, _ body: (inout State) -> sending Result?) -> sending Result? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    var time = timespec(
      tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    while true {
      if let result = unsafe body(&state.pointee) { return result }
      if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return unsafe body(&state.pointee) }
    }
  }

  /// Wakes one thread that waits.
  @inlinable
  public func wakeOne() { unsafe pthread_cond_signal(condition) }

  /// Wakes every thread that waits.
  @inlinable
  public func wakeAll() { unsafe pthread_cond_broadcast(condition) }
}
