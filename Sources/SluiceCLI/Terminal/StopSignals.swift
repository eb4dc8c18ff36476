internal import Dispatch
internal import Glibc
internal import SluicePlatform

/// Turns the ways in which a run is asked to end into a request: the first time `stop` is called, the second time the
/// process ends.
///
/// Ctrl-C, a polite kill, a terminal that is gone, and the signal by which queues announce the end of a job's time. Where a
/// program was started to outlive its terminal (`nohup`), it does.
struct StopSignals {
  private let numbers: [Int32]
  private let sources: [any DispatchSourceSignal]

  /// The signals that ask a run to end.
  static let all: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]

  /// Listens from now on.
  init(stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "sluice.signals")
    let received = Lock((count: 0, last: Int32(0), time: UInt64(0)))
    numbers = StopSignals.all.filter { $0 != SIGHUP || !StopSignals.isIgnored($0) }
    sources = numbers.map { number in
      // The default action would end the process before the source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let now = MonotonicClock.system.now()
        let count = received.withLock { state in
          // Shell and system both tell of a terminal that is gone: that is once.
          let isEcho = number == SIGHUP && state.last == SIGHUP && now - state.time < 1_000_000_000
          if !isEcho { state.count += 1 }
          (state.last, state.time) = (number, now)
          return isEcho ? 1 : state.count
        }
        if count > 1 { _exit(130) }
        stop()
      }
      source.resume()
      return source
    }
  }

  /// Gives the signals back to their default action.
  func end() {
    for source in sources { source.cancel() }
    for number in numbers { signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
