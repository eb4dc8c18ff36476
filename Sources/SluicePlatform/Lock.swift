internal import Glibc

/// The package's one lock: a pthread mutex around the state it protects.
///
/// Hold it briefly and never across an `await`. (`Synchronization.Mutex` is not used: the thread sanitizer cannot see
/// its futex on Linux and reports races that are none.)
@safe public final class Lock<State>: @unchecked Sendable {
  // Safe to share: `state` is touched only between pthread_mutex_lock and pthread_mutex_unlock.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var state: State

  /// Creates an unlocked lock around `state`.
  public init(_ state: sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    let code = unsafe pthread_mutex_init(mutex, nil)
    precondition(code == 0, "pthread_mutex_init failed with \(code)")
    self.state = state
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the state, alone.
  public func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&state)
  }
}
