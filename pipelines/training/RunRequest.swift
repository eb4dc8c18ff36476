/// What a run is asked for; what is `nil` is left to the system's recipe.
///
/// Stored with the run, so that `--resume` needs none of it said again.
public struct RunRequest: Codable, Sendable, Equatable {
  /// List files, or directories of shards.
  public var data: [String] = []
  /// Where relative paths of lists begin.
  public var root: String?
  /// A JSON file with class names and numbers.
  public var classes: String?
  /// What a masked model predicts: `hog` or `pixels`.
  public var target: String?
  public var seed: UInt64?
  /// Passes over the data.
  public var epochs: Int?
  /// Optimiser steps; with both, whichever comes first.
  public var steps: Int?
  /// The share of samples that may fail.
  public var maxFailures: Double?
  /// Steps between checkpoints.
  public var checkpointEvery: Int?
  /// Threads that compute.
  public var threads: Int?
  /// `--set stage.field=value`, by name.
  public var settings: [String: String] = [:]

  public init() {}

  /// This request, with what it does not say taken from `stored`.
  public func completed(by stored: RunRequest) -> RunRequest {
    var request = self
    if request.data.isEmpty { request.data = stored.data }
    request.root = root ?? stored.root
    request.classes = classes ?? stored.classes
    request.target = target ?? stored.target
    request.seed = seed ?? stored.seed
    request.epochs = epochs ?? stored.epochs
    request.steps = steps ?? stored.steps
    request.maxFailures = maxFailures ?? stored.maxFailures
    request.checkpointEvery = checkpointEvery ?? stored.checkpointEvery
    request.threads = threads ?? stored.threads
    request.settings = stored.settings.merging(settings) { _, own in own }
    return request
  }
}
