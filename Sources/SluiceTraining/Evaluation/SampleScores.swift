internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceTensor

/// What a network gives every class, for every sample of an evaluation: what other programs compute their metrics from.
///
/// Samples stand in the order of the lists; those that failed are left out.
public struct SampleScores: Sendable, Equatable {
  /// What a score is.
  public enum Unit: String, Sendable {
    /// A number before any softmax.
    case logit
    /// A share of 1.
    case probability
  }

  /// What the scores are.
  public let unit: Unit
  /// The classes by name, in the order of their numbers.
  public let classes: [String]
  /// What messages call the samples: the paths of their files.
  public private(set) var names: [String] = []
  /// The class of each sample.
  public private(set) var labels: [Int] = []
  /// `[samples, classes]`, row-major.
  public private(set) var values: [Float] = []

  /// No sample yet.
  public init(_ unit: Unit, classes: [String]) {
    (self.unit, self.classes) = (unit, classes)
  }

  /// Adds samples.
  /// - Parameter rows: a score for each class of each of them.
  /// - Precondition: as many labels as names, and rows of as many scores as there are classes.
  public mutating func add(_ rows: [Float], names: [String], labels: [Int]) {
    precondition(
      labels.count == names.count && rows.count == names.count * classes.count,
      "\(rows.count) scores of \(names.count) samples, \(labels.count) labels and \(classes.count) classes")
    self.names += names
    self.labels += labels
    values += rows
  }

  /// Writes a safetensors file: `scores`, `float32 [samples, classes]`, and `labels`, `int64 [samples]`.
  ///
  /// Its metadata have `samples` and `classes`, their names as JSON lists, and `unit`. `path` holds what it held before, or
  /// all of it.
  /// - Parameter metadata: what else is said in the header.
  /// - Throws: ``CheckpointError`` if it cannot be written.
  public func write(to path: String, metadata: [String: String] = [:]) throws {
    func list(_ names: [String]) throws -> String { try JSONValue.array(names.map { .string($0) }).json() }
    let known = [
      "format": "sluice-scores", "unit": unit.rawValue, "samples": try list(names), "classes": try list(classes),
    ]
    var numbers: [UInt8] = []
    for label in labels { numbers.append(littleEndian: Int64(label)) }
    try SafetensorsFile.write(
      [
        TensorContent("scores", Tensor(values, shape: [names.count, classes.count])),
        TensorContent(TensorInfo(name: "labels", type: .int64, shape: [labels.count]), bytes: numbers),
      ], metadata: metadata.merging(known) { $1 }, to: path)
  }
}
