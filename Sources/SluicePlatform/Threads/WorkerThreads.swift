internal import DequeModule
internal import Glibc

/// An executor with threads of its own, for work that computes long or blocks.
///
/// Tasks that prefer it never occupy the cooperative pool. The threads live until ``shutdown()``.
public final class WorkerThreads: TaskExecutor {
  private struct Queue {
    var jobs: Deque<UnownedJob> = []
    var sleeping = 0
    var isClosed = false
  }

  private let queue = Lock(Queue())
  private let threads = Lock<[pthread_t]>([])

  /// How a thread is started.
  package typealias Start = (
    _ name: String, _ niceness: Int, _ run: @escaping @Sendable () -> Void
  ) throws(ThreadShortage) -> ThreadHandle

  /// Starts `count` threads, or as many as the process may have.
  /// - Parameters:
  ///   - count: at least 1.
  ///   - name: what debuggers and `top` show, at most 15 bytes.
  ///   - niceness: 0 for normal, up to 19 for threads that give way to all others.
  /// - Throws: ``ThreadShortage`` if not even one can be started.
  public convenience init(count: Int, name: String, niceness: Int = 0) throws(ThreadShortage) {
    try self.init(count: count, name: name, niceness: niceness, start: startThread)
  }

  package init(count: Int, name: String, niceness: Int = 0, start: Start) throws(ThreadShortage) {
    for number in 0..<max(1, count) {
      do throws(ThreadShortage) {
        let handle = try start(name, niceness) { self.work() }
        threads.withLock { $0.append(handle.thread) }
      } catch {
        guard number > 0 else { throw error }
        return
      }
    }
  }

  /// How many threads it has.
  package var count: Int { threads.withLock { $0.count } }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.sleeping > 0
    }
    if mustWake { queue.wakeOne() }
  }

  /// Ends the threads once the queue is empty and waits for them; call it when no task prefers this executor any more.
  public func shutdown() {
    queue.withLock { $0.isClosed = true }
    queue.wakeAll()
    let ending = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in ending { pthread_join(thread, nil) }
  }

  private func work() {
    let executor = unsafe asUnownedTaskExecutor()
    while let job = nextJob() {
      unsafe job.runSynchronously(on: executor)
    }
  }

  private func nextJob() -> UnownedJob? {
    var slept = false
    return queue.wait { queue -> UnownedJob?? in
      if slept {
        queue.sleeping -= 1
        slept = false
      }
      if let job = queue.jobs.popFirst() { return .some(job) }
      if queue.isClosed { return .some(nil) }
      queue.sleeping += 1
      slept = true
      return nil
    }
  }
}

private final class ThreadBody: Sendable {
  let name: String
  let niceness: Int
  let run: @Sendable () -> Void

  init(name: String, niceness: Int, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.niceness = niceness
    self.run = run
  }
}

/// The process may start no more threads.
public struct ThreadShortage: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system's error number.
  public let code: Int32

  public init(code: Int32) {
    self.code = code
  }

  public var description: String {
    "the process may start no more threads (pthread_create: error \(code)). Raise its limit, or end other runs."
  }
}

/// A thread that was started.
package struct ThreadHandle: Sendable {
  let thread: pthread_t
}

/// Starts a thread that runs `run`.
package func startThread(
  name: String, niceness: Int, _ run: @escaping @Sendable () -> Void
) throws(ThreadShortage) -> ThreadHandle {
  let body = ThreadBody(name: String(name.prefix(15)), niceness: niceness, run: run)
  var thread = pthread_t()
  let argument = unsafe Unmanaged.passRetained(body)
  let code = unsafe pthread_create(
    &thread, nil,
    { argument in
      // The argument is the retained body handed over below, exactly once.
      let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
      nameThisThread(body.name)
      // On Linux a priority set for process 0 is that of the calling thread.
      if body.niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(body.niceness)) }
      body.run()
      return nil
    }, unsafe argument.toOpaque())
  guard code == 0 else {
    // No thread takes it over.
    unsafe argument.release()
    throw ThreadShortage(code: code)
  }
  return ThreadHandle(thread: thread)
}

private func nameThisThread(_ name: String) {
  let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = unsafe write(file, name, name.utf8.count)
  close(file)
}
