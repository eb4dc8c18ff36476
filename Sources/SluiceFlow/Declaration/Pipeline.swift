internal import SluicePlatform

/// A declared graph from a source to its outputs: a value, run with ``run(_:)``.
///
/// ```swift
/// let numbers = Pipeline("numbers") {
///   Numbers(count: 100).shuffled()
///   Square().workers(2)
/// }
/// for try await square in numbers.run() { print(square) }
/// ```
public struct Pipeline<Output: Sendable>: Sendable {
  /// What the command line calls it.
  public let name: String
  package private(set) var plan: PipelinePlan

  /// Declares a pipeline; each line takes what the line above gives.
  public init(_ name: String, @PipelineBuilder _ content: () -> Segment<Never, Output>) {
    self.name = name
    plan = content().pipelinePlan.withUniqueNames()
  }

  /// - Throws: ``FlowError`` `.badSetting` for a number of workers, a buffer, a batch or a window that cannot be; a run
  ///   throws the same before its first element.
  public func check() throws(FlowError) {
    try plan.check()
  }

  /// A run of this pipeline; work begins with the first output asked for.
  public func run(_ options: RunOptions = RunOptions()) -> PipelineRun<Output> {
    PipelineRun(plan: plan, options: options)
  }

  /// Runs this pipeline inside `body`; when it returns or throws, nothing of the run is left.
  public func run<Result>(
    _ options: RunOptions = RunOptions(), _ body: (PipelineRun<Output>) async throws -> Result
  ) async throws -> Result {
    let run = PipelineRun<Output>(plan: plan, options: options)
    do {
      let result = try await body(run)
      await run.close()
      return result
    } catch {
      await run.close()
      throw error
    }
  }
}

extension Pipeline {
  /// Every stage, those inside steps and forks included, with the settings made so far.
  public var stages: [any Stage] {
    plan.allNodes.compactMap { node in
      if case .stage(let stage) = node.kind { stage.boxed } else { nil }
    }
  }

  /// Samples of each source, in the order of the graph.
  package var sampleCounts: [Int] { plan.sources.map(\.sampleCount) }

  /// One settable field and its present value.
  public struct SettingValue: Sendable, Equatable {
    /// `stage.field`.
    public let name: String
    public let value: String
    /// Whether another value can change results; workers and buffers cannot.
    public let changesResults: Bool
  }

  /// Every settable field, in the order of the graph.
  public var settings: [SettingValue] {
    plan.allNodes.flatMap { node in
      node.allFields.map {
        SettingValue(name: "\(node.name).\($0.name)", value: $0.text, changesResults: $0.changesResults)
      }
    }
  }

  /// Sets a field, as `--set stage.field=value` does.
  /// - Throws: ``FlowError`` `.badSetting`, naming the nearest stage or field, or what is wrong with the value.
  public mutating func set(_ setting: String, to text: String) throws(FlowError) {
    guard let dot = setting.lastIndex(of: ".") else {
      throw FlowError(.badSetting, "\(setting): a setting is named stage.field, such as \(settings.first?.name ?? "")")
    }
    let (stage, field) = (String(setting[..<dot]), String(setting[setting.index(after: dot)...]))
    let nodes = plan.allNodes
    guard let node = nodes.first(where: { $0.name == stage }) else {
      throw Self.unknown("stage", stage, among: nodes.map(\.name), in: name)
    }
    let fields = node.allFields.map(\.name)
    guard fields.contains(field) else { throw Self.unknown("field", field, among: fields, in: stage) }
    do {
      plan = try plan.mapNodes { if $0.name == stage { try $0.set(field, to: text) } }
    } catch {
      throw FlowError(.badSetting, "\(setting): \(error)", stage: stage, underlying: error)
    }
  }

  private static func unknown(_ kind: String, _ name: String, among known: [String], in owner: String) -> FlowError {
    let hint = didYouMean(name, among: known)
    return FlowError(
      .badSetting, "\(owner) has no \(kind) “\(name)”.\(hint) It has: \(known.joined(separator: ", ")).")
  }
}
