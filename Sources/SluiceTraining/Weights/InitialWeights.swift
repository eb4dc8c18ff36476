public import SluiceCheckpoints
public import SluiceNN

/// What a network begins with instead of random numbers: a run, a checkpoint, or a file of any layout that is known.
///
/// ```swift
/// let report = try InitialWeights(from: "runs/maskfeat-1").load(into: system)
/// print(report)   // 172 of 176 parameters loaded …
/// ```
public struct InitialWeights: Sendable {
  /// What is read: the checkpoint that was found, or the file that was named.
  public let path: String
  /// The checkpoint of Sluice that it is; `nil` for files of others.
  public var checkpoint: SavedCheckpoint? { published.checkpoint }
  private let published: PublishedWeights
  private let options: WeightsOptions

  /// Finds the weights at `path`: of a run the best checkpoint if it was validated, else the last.
  /// - Throws: an error that says what was found instead, or what of it is damaged.
  public init(from path: String, _ options: WeightsOptions = WeightsOptions()) throws {
    let chosen = try RunDirectory(path: path).checkpoint(options.checkpoint ?? .best)
    if let choice = options.checkpoint, chosen == nil {
      throw RunError(
        .weights, "--checkpoint \(choice.rawValue) chooses among those of a run; \(path) is no run. Leave it out.")
    }
    self.path = chosen?.path ?? path
    self.options = options
    published = try PublishedWeights(opening: self.path, choice: options.copy ?? .raw)
  }

  /// Replaces the parameters of a system's network by those of the file; nothing has been changed if it throws.
  /// - Parameter requirement: how much of the network must be there, unless less was asked for.
  /// - Returns: what was loaded, what was not, and under which layout.
  /// - Throws: an error that names the file and what of it does not fit.
  public func load(
    into system: some TrainingSystem, requiring requirement: WeightsRequirement = .backbone
  ) throws -> LoadReport {
    let accepted = system.acceptedWeights
    try published.require(systems: accepted.systems)
    for tensor in published.source.tensors where !options.isPartial {
      guard let objection = accepted.objection(tensor) else { continue }
      throw RunError(.weights, "\(path): \(objection)")
    }
    // What is evaluated is the model as it is.
    let matching =
      requirement == .whole ? nil : checkpoint.flatMap { HeadMatching(of: $0.classes, to: system.classes) }
    var report = try load(
      into: system.trainable.parameters, layouts: accepted.layouts,
      head: matching.map { accepted.head.rows($0.rows) } ?? accepted.head, requiring: requirement)
    report.headRows?.reason = matching?.reason
    return report
  }

  /// Replaces parameters by those of the file, as the options say.
  package func load(
    into parameters: ParameterStore, layouts: [KeyMap] = [], head: HeadPolicy = .none,
    requiring requirement: WeightsRequirement
  ) throws -> LoadReport {
    try published.load(
      into: parameters, layouts: layouts, head: head, requiring: options.isPartial ? .partial : requirement,
      resizingPositions: options.resizesPositions)
  }
}
