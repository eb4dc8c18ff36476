internal import FoundationEssentials
public import SluiceCheckpoints
public import SluiceNN
public import SluiceTensor

/// What a network begins with instead of random numbers: a run, a checkpoint, or a file of any layout that is known.
///
/// ```swift
/// let report = try InitialWeights(from: "runs/maskfeat-1").load { try classifier.load(pretrained: $0) }
/// print(report)   // 172 of 176 parameters loaded …
/// ```
public struct InitialWeights: Sendable {
  /// What is read: the checkpoint that was found, or the file that was named.
  public let path: String

  /// Finds the weights at `path`: of a run the best checkpoint if it was validated, else the last.
  /// - Throws: an error that says what was found instead.
  public init(from path: String) throws {
    self.path = try RunDirectory(path: path).bestCheckpoint()?.path ?? path
  }

  /// Reads the weights and hands them to `take` by the names that a model has in its framework.
  /// - Returns: what `take` reports.
  /// - Throws: an error that names the file and what of it does not fit.
  public func load(_ take: ([String: Tensor]) throws -> LoadReport) throws -> LoadReport {
    let weights = try openWeights(path).allTensors(map: InitialWeights.wrappings)
    do {
      return try take(weights)
    } catch let error as ParameterLoadError {
      throw RunError(.weights, "\(path) does not fit the model.\n\(error)")
    }
  }

  /// What frameworks put around a model's own names.
  static let wrappings = KeyMap(
    "wrappings", "a model's weights inside a training checkpoint",
    [.take("state_dict/", "model_state/", "model/", "module/"), .strip("module."), .drop("*num_batches_tracked")])
}

extension RunDirectory {
  /// The checkpoint of the best validation, or the last one where there was none; `nil` if this is no run.
  /// - Throws: ``RunError`` if the run has no complete checkpoint.
  public func bestCheckpoint() throws -> SavedCheckpoint? { try checkpoint(.best) }

  /// The chosen checkpoint; `nil` if this is no run.
  /// - Throws: ``RunError`` if the run has no complete checkpoint.
  public func checkpoint(_ choice: CheckpointChoice) throws -> SavedCheckpoint? {
    let isCheckpoint = FileManager.default.fileExists(atPath: path + "/manifest.json")
    guard holdsRun, !isCheckpoint else { return nil }
    let complete = try CheckpointFolder(checkpoints).survey().complete
    guard let last = complete.last else {
      throw RunError(.weights, "\(checkpoints) has no complete checkpoint. Train the run on with --resume first.")
    }
    guard choice == .best else { return last }
    let primary = (try? StoredConfiguration(of: self).primary) ?? .highest("top1")
    return primary.best.choose(from: complete) ?? last
  }
}
