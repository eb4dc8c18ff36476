/// A weight file beside the parameters of a model: what fits and what does not, with nothing passed over in silence.
public struct WeightMatch: Sendable, CustomStringConvertible {
  /// A tensor that is there in another shape than the model's.
  public struct Mismatch: Sendable, Equatable {
    /// The model's name.
    public let name: String
    /// The file's shape.
    public let stored: [Int]
    /// The model's shape.
    public let wanted: [Int]
  }

  /// Names and stored names of tensors that fit, in the model's order.
  public let matched: [MappedNames.Name]
  /// The model's parameters that the file does not have.
  public let missing: [String]
  /// The file's tensors that the model does not have, by the names the map gives them.
  public let unexpected: [String]
  /// Tensors that both have, in different shapes.
  public let mismatched: [Mismatch]
  /// The file's tensors that the map leaves out.
  public let dropped: [String]

  /// Compares a file's tensors with a model's parameters.
  ///
  /// - Throws: ``CheckpointError`` when the map gives two tensors one name.
  public init(
    _ source: any TensorSource, map: KeyMap = .identity, parameters: [(name: String, shape: [Int])]
  ) throws(CheckpointError) {
    let mapped = map.apply(to: source.tensors.map(\.name))
    guard mapped.collisions.isEmpty else {
      throw CheckpointError(
        .mismatched, file: source.path,
        "the map \(map.name) gives several tensors the name \(list(mapped.collisions)). Use another map")
    }
    let stored = Dictionary(uniqueKeysWithValues: mapped.names.map { ($0.own, $0) })
    var matched: [MappedNames.Name] = []
    var missing: [String] = []
    var mismatched: [Mismatch] = []
    for (name, shape) in parameters {
      guard let found = stored[name], let info = source[found.stored] else {
        missing.append(name)
        continue
      }
      if info.shape == shape {
        matched.append(found)
      } else {
        mismatched.append(Mismatch(name: name, stored: info.shape, wanted: shape))
      }
    }
    let wanted = Set(parameters.map(\.name))
    self.matched = matched
    self.missing = missing
    self.mismatched = mismatched
    unexpected = mapped.names.map(\.own).filter { !wanted.contains($0) }
    dropped = mapped.dropped
  }

  /// Whether every parameter is there in its shape, and nothing else is.
  public var isExact: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

  /// One line for each kind of difference, with names.
  public var description: String {
    var lines = ["\(matched.count) of \(matched.count + missing.count + mismatched.count) parameters found"]
    if !missing.isEmpty { lines.append("missing: \(list(missing))") }
    if !unexpected.isEmpty { lines.append("unexpected: \(list(unexpected))") }
    for mismatch in mismatched {
      lines.append("mismatched: \(mismatch.name) is \(mismatch.stored) in the file, \(mismatch.wanted) in the model")
    }
    if !dropped.isEmpty { lines.append("left out: \(list(dropped))") }
    return lines.joined(separator: "\n")
  }
}

/// Names for a message: all of a few, the first and the number of many.
func list(_ names: [String]) -> String {
  names.count <= 8
    ? names.joined(separator: ", ") : names.prefix(6).joined(separator: ", ") + " and \(names.count - 6) more"
}
