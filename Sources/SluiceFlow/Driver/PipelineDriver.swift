internal import SluicePlatform

/// A pipeline driven from outside: by threads that know nothing of tasks, or by tasks, one output at a time.
///
/// ```swift
/// let driver = try pipeline.driver(RunOptions(seed: 1, epochs: 10))
/// while let delivery = try driver.next() { train(on: delivery.output) }
/// driver.close()
/// ```
/// - Threads: any thread may call anything at any time; each output goes to one caller. Calls that block are for threads of
///   the caller's own. Inside a task, `await` the functions of the same names.
/// - Pulling: the sources, stages and buffers work ahead as in any run, a ``Step`` only for an output that was asked for.
/// - Memory: an output owns what it holds. It stays as it is until its last reference is gone, also when the driver is
///   closed or gone, and the run never writes into it again; see ``Stage``.
/// - The process: no signal is handled, no environment read or written, and no state is shared by two drivers.
///
/// A driver that goes out of use without ``close()`` ends its run soon.
public final class PipelineDriver<Output: Sendable>: Sendable {
  private let pipeline: Pipeline<Output>
  private let options: RunOptions
  private let core: PullCore<Output>
  /// Held while a run is replaced or closed.
  private let replacing = Lock(())

  /// - Throws: what a run would throw before its first output.
  init(_ pipeline: Pipeline<Output>, _ options: RunOptions) throws {
    let run = pipeline.run(options)
    try run.check()
    self.pipeline = pipeline
    self.options = options
    core = PullCore(run)
  }

  deinit {
    core.abandon()
  }

  /// The next output; `nil` at the end, and when the driver is closed.
  ///
  /// Blocks the thread.
  /// - Parameter limit: how long to wait at most; `nil` for ever. What is under way when it has passed comes next.
  /// - Throws: ``FlowError`` `.timedOut` after the time limit; what ended the run, at this and each later call.
  public func next(within limit: Duration? = nil) throws -> Delivery<Output>? {
    try core.take(within: limit)
  }

  /// The next output; `nil` at the end, and when the driver is closed.
  ///
  /// - Throws: `CancellationError` if the task is cancelled, which costs no output; what ended the run.
  public func next() async throws -> Delivery<Output>? {
    try await core.take()
  }

  /// How far the run is with everything taken consumed; ``restart(at:)`` there goes on exactly behind the last output.
  public var position: StreamPosition { core.position }

  /// What every node has done so far.
  public var metrics: RunMetrics { core.run.metrics }

  /// How long the run is, and how far a position has come in it.
  public var extent: RunExtent { pipeline.extent(of: options) }

  /// Stops cleanly: what is under way is finished and can be taken, then the outputs end.
  public func stop() { core.run.stop() }

  /// Ends the run now, drops what was not taken, and blocks until nothing of it is left.
  ///
  /// The position and the metrics stay; ``restart(at:)`` begins again.
  public func close() {
    replacing.withLock { _ in core.closeAndWait() }
  }

  /// Ends the run now, drops what was not taken, and waits until nothing of it is left.
  public func close() async {
    await core.close().close()
  }

  /// Ends the run and goes on at a position, with the same options otherwise; blocks until the old run is gone.
  ///
  /// Callers that wait get `nil`. A position without sources, `StreamPosition(seed:)`, is the very beginning.
  /// - Throws: ``FlowError`` `.positionMismatch` if the position belongs to another list or pipeline; nothing has
  ///   changed then.
  public func restart(at position: StreamPosition) throws {
    var options = options
    options.start = position
    let run = pipeline.run(options)
    try run.check()
    replacing.withLock { _ in
      core.closeAndWait()
      core.replace(run)
    }
  }
}

extension Pipeline {
  /// A driver that pulls this pipeline's outputs from outside.
  /// - Throws: ``FlowError`` for what a run would throw before its first output.
  public func driver(_ options: RunOptions = RunOptions()) throws -> PipelineDriver<Output> {
    try PipelineDriver(self, options)
  }
}
