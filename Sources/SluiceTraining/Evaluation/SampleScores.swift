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
  /// Whether samples show any number of classes: each has a row of zeros and ones then.
  public let hasManyLabels: Bool
  /// The class of each sample; all rows of zeros and ones, `[samples, classes]`, where samples show any number of them.
  public private(set) var labels: [Int] = []
  /// `[samples, classes]`, row-major.
  public private(set) var values: [Float] = []

  /// No sample yet.
  public init(_ unit: Unit, classes: [String], hasManyLabels: Bool = false) {
    (self.unit, self.classes, self.hasManyLabels) = (unit, classes, hasManyLabels)
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

  /// Adds samples that show any number of classes, or one each.
  /// - Parameter rows: a score for each class of each of them.
  /// - Precondition: as many sets of labels as names, of one label each unless there are many, and rows of as many scores as
  ///   there are classes.
  public mutating func add(_ rows: [Float], names: [String], labels: [[Int]]) {
    guard hasManyLabels else { return add(rows, names: names, labels: labels.flatMap(\.self)) }
    precondition(
      labels.count == names.count && rows.count == names.count * classes.count,
      "\(rows.count) scores of \(names.count) samples, \(labels.count) sets of labels and \(classes.count) classes")
    self.names += names
    for own in labels {
      var row = [Int](repeating: 0, count: classes.count)
      for label in own { row[label] = 1 }
      self.labels += row
    }
    values += rows
  }

  /// Writes a safetensors file: `scores`, `float32 [samples, classes]`, and `labels`, `int64 [samples]` or, where samples show
  /// any number of classes, rows of zeros and ones `[samples, classes]`.
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
    let labelShape = hasManyLabels ? [names.count, classes.count] : [labels.count]
    var numbers: [UInt8] = []
    for label in labels { numbers.append(littleEndian: Int64(label)) }
    try SafetensorsFile.write(
      [
        TensorContent("scores", Tensor(values, shape: [names.count, classes.count])),
        TensorContent(TensorInfo(name: "labels", type: .int64, shape: labelShape), bytes: numbers),
      ], metadata: metadata.merging(known) { $1 }, to: path)
  }
}
