internal import Dispatch
internal import Glibc
internal import SluicePlatform

/// Turns Ctrl-C and a polite kill into a request: the first time `stop` is called, the second time the process ends.
struct StopSignals {
  private let sources: [any DispatchSourceSignal]

  /// Listens to SIGINT and SIGTERM from now on.
  init(stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "sluice.signals")
    let received = Lock(0)
    sources = [SIGINT, SIGTERM].map { number in
      // The default action would end the process before the source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let count = received.withLock { value in
          value += 1
          return value
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
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
