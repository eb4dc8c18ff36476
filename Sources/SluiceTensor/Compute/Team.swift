internal import SluiceKernels

/// Threads that share the chunks of one operation; they sleep in between.
@safe package final class Team: @unchecked Sendable {
  // Safe to share: the C side lets one run in at a time and does the others on their callers.
  private let handle: OpaquePointer
  /// Threads that work, the caller's included.
  package let threadCount: Int

  /// A team of the calling thread and `threadCount - 1` others.
  package init(threadCount: Int) {
    precondition(threadCount > 0, "Team: \(threadCount) threads; at least 1 is needed")
    guard let handle = unsafe sluice_team_create(Int32(threadCount)) else {
      preconditionFailure("Team: the system refuses \(threadCount) threads")
    }
    unsafe self.handle = handle
    self.threadCount = threadCount
  }

  deinit {
    unsafe sluice_team_destroy(handle)
  }

  /// Calls `body` with each number in `0 ..< chunks` once, on the team's threads, and returns when all are done.
  package func forEach(_ chunks: Int, _ body: (_ chunk: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var work = Work(body: body)
      unsafe withUnsafeMutablePointer(to: &work) { work in
        unsafe sluice_team_run(
          handle, chunks,
          { context, chunk in
            unsafe context!.assumingMemoryBound(to: Work.self).pointee.body(chunk)
          }, work)
      }
    }
  }

  /// Calls `body` with consecutive ranges that make up `0 ..< count`, each of at least `grain` elements but the last.
  ///
  /// The ranges depend on `count` and `grain` only, never on the number of threads.
  package func forEachRange(_ count: Int, grain: Int, _ body: (_ range: Range<Int>) -> Void) {
    let chunks = Chunks(count: count, grain: grain)
    forEach(chunks.count) { body(chunks[$0]) }
  }
}

private struct Work {
  var body: (Int) -> Void
}

/// A division of `0 ..< total` that depends on nothing but its arguments.
package struct Chunks: Sendable {
  package let total: Int
  package let size: Int
  package let count: Int

  /// At most `limit` ranges of at least `grain` elements, the last one shorter.
  package init(count total: Int, grain: Int, limit: Int = 64) {
    self.total = total
    size = max(grain, limit == .max ? 1 : (total + limit - 1) / limit, 1)
    count = (total + size - 1) / size
  }

  package subscript(chunk: Int) -> Range<Int> {
    chunk * size..<min(total, (chunk + 1) * size)
  }
}
