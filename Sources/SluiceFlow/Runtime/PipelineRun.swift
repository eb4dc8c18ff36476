internal import SluicePlatform

/// An output with all that a consumer may want to know of it.
public struct Delivery<Output: Sendable>: Sendable {
  /// What the pipeline made.
  public let output: Output
  /// How far the run is with this output consumed: store it to go on exactly behind it.
  public let position: StreamPosition
  /// The epoch of its first sample; of a batch that is divided into parts, that of the step.
  public let epoch: Int
  /// The part of a global batch that it is; 0 if batches are not divided.
  public let part: Int
  /// What messages call the samples inside, in order.
  public let samples: [String]
  /// Whether the last sample of an epoch is in this output, or was dropped since the output before.
  public let completesEpoch: Bool
}

/// What changes while a run goes on.
private struct RunState {
  var driver: RunDriver?
  var tracker: DeliveryTracker?
  var isEnded = false
  var isStopped = false
  var startedAt: UInt64 = 0
  var endedAt: UInt64?
  var waited: UInt64 = 0
}

/// A pipeline at work: its outputs in order, once.
///
/// The work begins with the first output asked for. When the outputs end, or `next` throws, everything has stopped.
/// A loop left early stops the work too; ``close()`` waits for that.
public final class PipelineRun<Output: Sendable>: AsyncSequence, Sendable {
  public typealias Element = Output

  private let plan: PipelinePlan
  private let options: RunOptions
  private let state: Lock<RunState>

  init(plan: PipelinePlan, options: RunOptions) {
    var options = options
    if let start = options.start {
      options.seed = start.seed
      options.start = start.entered(by: options.parts)
    }
    self.plan = plan
    self.options = options
    state = Lock(RunState())
  }

  /// - Throws: what the run would throw before its first output.
  func check() throws { _ = try Wiring(plan: plan, options: options) }

  /// Ends the run soon, without waiting for it.
  func abort() {
    let driver = state.withLock { state in
      state.isEnded = true
      return state.driver
    }
    driver?.abort()
  }

  deinit {
    state.withLock { $0.driver }?.abort()
  }

  /// How far the run is with everything delivered so far consumed.
  public var position: StreamPosition {
    state.withLock { $0.tracker?.position } ?? options.start ?? StreamPosition(seed: options.seed)
  }

  /// Whole epochs consumed so far.
  public var epoch: Int {
    state.withLock { $0.tracker?.epoch } ?? 0
  }

  /// What every node has done so far.
  public var metrics: RunMetrics {
    let now = options.clock.now()
    let (driver, delivered, elapsed, waited) = state.withLock {
      ($0.driver, $0.tracker?.delivered ?? 0, ($0.endedAt ?? now) - $0.startedAt, $0.waited)
    }
    return RunMetrics(
      nodes: driver?.nodes ?? [], elapsed: driver == nil ? 0 : elapsed, delivered: delivered,
      consumerWaiting: waited, threads: options.budget.data)
  }

  /// Stops cleanly, from any task: the step in progress is finished and delivered, then the outputs end.
  ///
  /// Without a ``Step``, no further sample is read, and what is under way is finished and delivered.
  public func stop() {
    let driver = state.withLock { state in
      state.isStopped = true
      return state.driver
    }
    driver?.drain()
  }

  /// Ends the run now and waits until nothing of it is left.
  public nonisolated(nonsending) func close() async {
    abort()
    let driver = state.withLock { $0.driver }
    // What an aborted run ends with is of no interest.
    _ = try? await driver?.end()
    noteEnd()
  }

  /// The outputs with position, epoch and samples, instead of the bare ones.
  public var deliveries: Deliveries<Output> { Deliveries(run: self) }

  public func makeAsyncIterator() -> Iterator { Iterator(run: self) }

  /// Gives the outputs one by one.
  public struct Iterator: AsyncIteratorProtocol {
    let run: PipelineRun

    public nonisolated(nonsending) mutating func next() async throws -> Output? {
      try await run.nextArrival()?.output
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Output? {
      try await run.nextArrival()?.output
    }
  }

  struct Arrival {
    let envelope: Envelope
    let output: Output
    let epoch: Int
    let part: Int
    let completesEpoch: Bool
  }

  nonisolated(nonsending) func nextArrival() async throws -> Arrival? {
    guard let driver = try startedDriver() else { return nil }
    var completesEpoch = false
    while true {
      if let end = state.withLock({ state in state.tracker.map { ($0.verdict, $0.isComplete) } }) {
        if let verdict = end.0 {
          await close()
          throw verdict
        }
        if end.1 {
          await close()
          return nil
        }
      }
      guard let envelope = await receive(driver) else { return try await ended(driver) }
      let (epoch, endsEpoch) = state.withLock { state in
        (state.tracker?.epoch ?? 0, state.tracker?.absorb(envelope) ?? false)
      }
      completesEpoch = completesEpoch || endsEpoch
      if case .element(let output) = envelope.content {
        // Holds: the last part of the pipeline has the output type `Output`.
        return Arrival(
          envelope: envelope, output: output as! Output,
          epoch: options.parts.count == 1 ? envelope.origin.epoch : epoch,
          part: options.parts.count == 1 ? 0 : envelope.origin.ordinal % options.parts.count,
          completesEpoch: completesEpoch)
      }
    }
  }

  private nonisolated(nonsending) func receive(_ driver: RunDriver) async -> Envelope? {
    switch driver.exit.poll() {
    case .element(let taken): return taken.element
    case .ended: return nil
    case .empty: break
    }
    let begun = options.clock.now()
    let taken = await withTaskCancellationHandler {
      await driver.exit.receive()
    } onCancel: {
      driver.abort()
    }
    let waited = options.clock.now() - begun
    state.withLock { $0.waited += waited }
    return taken?.element
  }

  private nonisolated(nonsending) func ended(_ driver: RunDriver) async throws -> Arrival? {
    let wasEnded = state.withLock { state in
      defer { state.isEnded = true }
      return state.isEnded
    }
    defer { noteEnd() }
    do {
      try await driver.end()
    } catch {
      if wasEnded { return nil }
      throw error
    }
    try Task.checkCancellation()
    return nil
  }

  private func noteEnd() {
    let now = options.clock.now()
    state.withLock { $0.endedAt = $0.endedAt ?? now }
  }

  private func startedDriver() throws -> RunDriver? {
    let (known, isOver) = state.withLock { ($0.driver, $0.isEnded || ($0.driver == nil && $0.isStopped)) }
    if isOver { return nil }
    if let known { return known }
    var wiring = try Wiring(plan: plan, options: options)
    let exit = try wiring.wire(plan)
    let tracker = DeliveryTracker(
      streams: wiring.streams, extent: wiring.extent, start: options.start ?? StreamPosition(seed: options.seed),
      maxFailures: options.maxFailures, parts: options.parts)
    let driver = RunDriver(wiring: wiring, exit: exit, budget: options.budget)
    let begun = options.clock.now()
    state.withLock { state in
      state.driver = driver
      state.tracker = tracker
      state.startedAt = begun
    }
    if !tracker.isComplete { driver.start() }
    return driver
  }
}

/// The outputs of a run with position, epoch and samples.
public struct Deliveries<Output: Sendable>: AsyncSequence, Sendable {
  public typealias Element = Delivery<Output>
  let run: PipelineRun<Output>

  public func makeAsyncIterator() -> Iterator { Iterator(run: run) }

  /// Gives the deliveries one by one.
  public struct Iterator: AsyncIteratorProtocol {
    let run: PipelineRun<Output>

    public nonisolated(nonsending) mutating func next() async throws -> Delivery<Output>? {
      guard let arrival = try await run.nextArrival() else { return nil }
      return Delivery(
        output: arrival.output, position: run.position, epoch: arrival.epoch, part: arrival.part,
        samples: arrival.envelope.samples.map(\.identity), completesEpoch: arrival.completesEpoch)
    }
  }
}
