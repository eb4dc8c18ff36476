public import SluiceDatasets
public import SluiceFlow
package import SluicePlatform

/// A network run over a set once, with what compares its outputs: what `--val` and `sluice eval` do.
///
/// ```swift
/// let evaluation = Evaluation(pipeline, ClassificationEvaluator(classCount: 400), sampleCount: clips.count)
/// let outcome = try await evaluation.run()
/// print(outcome?.findings["top1"] ?? 0)
/// ```
/// What is drawn at random in it, such as the frames of a window, is the same each time, whatever the run's seed; samples that
/// fail are dropped, counted and named.
public struct Evaluation: Sendable {
  /// Samples there are.
  public let sampleCount: Int
  /// The metric that tells the better of two networks.
  public let primary: PrimaryMetric
  /// What the samples are, to tell them from others; `nil` if that is the system's own affair.
  public var dataset: (@Sendable () throws -> DatasetManifest)?
  /// What is odd about the data though it can be evaluated on, one sentence each.
  public var notes: [String] = []
  /// What was odd about the data as far as it has been read, one sentence each.
  public var readingNotes: @Sendable () -> [String] = { [] }
  private var body: any EvaluationBody

  /// The evaluation of a pipeline's predictions by `evaluator`, anew for each run.
  public init<Comparison: Evaluator>(
    _ pipeline: Pipeline<Prediction<Comparison.Batch, Comparison.Output>>, _ evaluator: Comparison, sampleCount: Int
  ) {
    self.sampleCount = sampleCount
    primary = evaluator.primary
    body = Body(pipeline: pipeline, evaluator: evaluator)
  }

  /// Several evaluations one after the other, with findings of all of them together; it keeps no scores.
  ///
  /// - Parameter join: makes one of the findings of each, which stand in the order of `parts`; the metric by which networks are
  ///   compared has the name that it has in the first.
  /// - Precondition: at least one.
  public init(
    joining parts: [Evaluation], _ join: @escaping @Sendable ([EvaluationFindings]) -> EvaluationFindings
  ) {
    precondition(!parts.isEmpty, "an evaluation of no parts")
    sampleCount = parts.reduce(0) { $0 + $1.sampleCount }
    primary = parts[0].primary
    notes = parts.flatMap(\.notes)
    readingNotes = { parts.flatMap { $0.readingNotes() } }
    body = JoinedBody(parts: parts.map(\.body), join: join)
  }

  /// Sets a field of a stage, as `--set stage.field=value` does.
  /// - Throws: ``FlowError`` that names the nearest.
  public mutating func set(_ setting: String, to text: String) throws { try body.set(setting, to: text) }

  /// Keeps what every sample is given for each class, so that the findings have it.
  /// - Parameter path: where it is to be written, for the message.
  /// - Throws: ``RunError`` if the evaluator gives no scores.
  public mutating func keepScores(for path: String) throws(RunError) {
    guard body.keepScores() else {
      throw RunError(
        .configuration, "--scores \(path): this evaluation gives no scores of classes. Leave the option out.")
    }
  }

  /// - Throws: ``RunError`` if a batch takes more memory than there is, with both.
  public func requireMemory() throws(RunError) { try requireMemory(of: .current) }

  package func requireMemory(of machine: MachineMemory) throws(RunError) {
    let wanted = body.graph.nodes.map { $0.outputBytes ?? 0 }.max() ?? 0
    guard wanted > machine.available / 2 else { return }
    throw RunError(
      .configuration,
      "two batches of an evaluation want at least \(wanted.byteText) each; \(machine.available.byteText) of "
        + "\(machine.total.byteText) are free. Use fewer windows, or lower batch.size.")
  }

  /// Evaluates every sample once.
  ///
  /// Tensors compute on the threads of the running ``Compute``.
  /// - Parameters:
  ///   - options: threads and tolerated failures; always one pass, of one seed.
  ///   - stop: checked after each batch.
  ///   - observe: gets the number of samples that have been evaluated.
  /// - Returns: `nil` if it was stopped.
  /// - Throws: what stops the run; ``FlowError`` if too many samples fail.
  public func run(
    _ options: RunOptions = RunOptions(), stop: StopRequest? = nil, observe: (Int) -> Void = { _ in }
  ) async throws -> EvaluationOutcome? {
    var failures = FailureLog()
    return try await run(options, stop: stop, failures: &failures, observe: observe)
  }

  /// Looks at every sample once, as ``run(_:stop:observe:)`` does.
  /// - Parameter failures: gets the samples that failed, also where the evaluation is stopped or ends with an error.
  public func run(
    _ options: RunOptions, stop: StopRequest?, failures: inout FailureLog, observe: (Int) -> Void = { _ in }
  ) async throws -> EvaluationOutcome? {
    var pass = options
    (pass.epochs, pass.steps, pass.start, pass.seed) = (nil, nil, nil, 0)
    return try await body.run(pass, stop: stop, failures: &failures, observe: observe)
  }

  /// Checks what can be checked before a sample is read: settings, and that there are samples.
  /// - Throws: ``FlowError`` that says what is wrong.
  public func check() throws { try body.check() }
}

/// What an evaluation came to.
public struct EvaluationOutcome: Sendable {
  public let findings: EvaluationFindings
  /// The samples that failed.
  public let failures: FailureLog

  package init(findings: EvaluationFindings, failures: FailureLog) {
    (self.findings, self.failures) = (findings, failures)
  }
}

/// A pipeline and its evaluator with their types sealed.
private protocol EvaluationBody: Sendable {
  var graph: GraphDescription { get }
  mutating func set(_ setting: String, to text: String) throws
  mutating func keepScores() -> Bool
  func check() throws
  func run(
    _ options: RunOptions, stop: StopRequest?, failures: inout FailureLog, observe: (Int) -> Void
  ) async throws -> EvaluationOutcome?
}

private struct Body<Comparison: Evaluator>: EvaluationBody {
  var pipeline: Pipeline<Prediction<Comparison.Batch, Comparison.Output>>
  var evaluator: Comparison

  var graph: GraphDescription { pipeline.graph }

  mutating func set(_ setting: String, to text: String) throws { try pipeline.set(setting, to: text) }

  mutating func keepScores() -> Bool { evaluator.keepScores() }

  func check() throws { try pipeline.check() }

  func run(
    _ options: RunOptions, stop: StopRequest?, failures: inout FailureLog, observe: (Int) -> Void
  ) async throws -> EvaluationOutcome? {
    try await pipeline.run(options) { run in
      defer { failures = run.position.failures }
      var evaluator = evaluator
      for try await prediction in run {
        try evaluator.add(prediction.output, for: prediction.batch)
        observe(evaluator.sampleCount)
        if stop?.isMade == true { return nil }
      }
      return EvaluationOutcome(findings: try evaluator.findings(), failures: run.position.failures)
    }
  }
}

/// Several evaluations, of which each begins when the one before it has ended.
private struct JoinedBody: EvaluationBody {
  var parts: [any EvaluationBody]
  let join: @Sendable ([EvaluationFindings]) -> EvaluationFindings

  // All have the same stages.
  var graph: GraphDescription { parts[0].graph }

  mutating func set(_ setting: String, to text: String) throws {
    for index in parts.indices { try parts[index].set(setting, to: text) }
  }

  mutating func keepScores() -> Bool { false }

  func check() throws { for part in parts { try part.check() } }

  func run(
    _ options: RunOptions, stop: StopRequest?, failures: inout FailureLog, observe: (Int) -> Void
  ) async throws -> EvaluationOutcome? {
    var findings: [EvaluationFindings] = []
    var logs: [FailureLog] = []
    for part in parts {
      let before = findings.reduce(0) { $0 + $1.sampleCount }
      var log = FailureLog()
      defer {
        logs.append(log)
        failures = FailureLog(joining: logs)
      }
      let outcome = try await part.run(options, stop: stop, failures: &log) { observe(before + $0) }
      guard let outcome else { return nil }
      findings.append(outcome.findings)
    }
    return EvaluationOutcome(findings: join(findings), failures: FailureLog(joining: logs))
  }
}
