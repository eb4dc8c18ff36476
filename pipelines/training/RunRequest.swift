public import SluiceDatasets
internal import SluiceSamples
public import SluiceTensor
internal import SluiceTraining

/// What a run is asked for; what is `nil` is left to the system's recipe.
///
/// Stored with the run, so that `--resume` needs none of it said again.
public struct RunRequest: Codable, Sendable, Equatable {
  /// List files, or directories of shards.
  public var data: [String] = []
  /// What the run is judged on between epochs: list files, or directories of shards.
  public var validation: [String]?
  /// Epochs between two validations.
  public var validateEvery: Int?
  /// Where relative paths of lists begin.
  public var root: String?
  /// How the lists are written, by a name of ``AnnotationFormat``; told from their content if `nil`.
  public var format: String?
  /// A file with class names and numbers: JSON, CSV or text.
  public var classes: String?
  /// What a masked model predicts: `hog` or `pixels`.
  public var target: String?
  /// A run, a checkpoint or a weight file that the network begins with.
  public var from: String?
  /// How decoded planes become a crop: `exact` or `fast`.
  public var pixels: String?
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
  /// What the network's products are computed in.
  public var precision: Precision?
  /// `--set stage.field=value`, by name.
  public var settings: [String: String] = [:]
  /// The classes that a checkpoint knows, used where ``classes`` says nothing; not stored.
  public var knownClasses: ClassMap?

  public init() {}

  // Without `knownClasses`, which stands beside the request in a run's configuration.
  private enum CodingKeys: String, CodingKey {
    case data, validation, validateEvery, root, format, classes, target, from, pixels, seed, epochs, steps, maxFailures
    case checkpointEvery, threads, precision, settings
  }

  /// This request, with what it does not say taken from `stored`.
  public func completed(by stored: RunRequest) -> RunRequest {
    var request = self
    if request.data.isEmpty { request.data = stored.data }
    request.validation = validation ?? stored.validation
    request.validateEvery = validateEvery ?? stored.validateEvery
    request.root = root ?? stored.root
    request.format = format ?? stored.format
    request.classes = classes ?? stored.classes
    request.target = target ?? stored.target
    request.from = from ?? stored.from
    request.pixels = pixels ?? stored.pixels
    request.seed = seed ?? stored.seed
    request.epochs = epochs ?? stored.epochs
    request.steps = steps ?? stored.steps
    request.maxFailures = maxFailures ?? stored.maxFailures
    request.checkpointEvery = checkpointEvery ?? stored.checkpointEvery
    request.threads = threads ?? stored.threads
    request.precision = precision ?? stored.precision
    request.settings = stored.settings.merging(settings) { _, own in own }
    return request
  }
}
