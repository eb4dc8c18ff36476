import Glibc

/// Runs `body` and says what it took of a processor, in seconds.
///
/// Only the work of the calling thread counts: not the time it waits for a processor while other work has all of them,
/// nor anything that other threads do.
public func processorSeconds<Result, Failure>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> (result: Result, seconds: Double) {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  let result = try body()
  return (result, now() - start)
}
