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

  /// Starts `count` threads.
  /// - Parameters:
  ///   - name: what debuggers and `top` show, at most 15 bytes.
  ///   - niceness: 0 for normal, up to 19 for threads that give way to all others.
  public init(count: Int, name: String, niceness: Int = 0) {
    precondition(count > 0, "an executor needs at least one thread")
    for _ in 0..<count {
      let thread = startThread(name: name, niceness: niceness) { self.work() }
      threads.withLock { $0.append(thread) }
    }
  }

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

private func startThread(name: String, niceness: Int, _ run: @escaping @Sendable () -> Void) -> pthread_t {
  let body = ThreadBody(name: String(name.prefix(15)), niceness: niceness, run: run)
  var thread = pthread_t()
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
    }, Unmanaged.passRetained(body).toOpaque())
  precondition(code == 0, "pthread_create failed with \(code): the process may start no more threads")
  return thread
}

private func nameThisThread(_ name: String) {
  let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = unsafe write(file, name, name.utf8.count)
  close(file)
}
