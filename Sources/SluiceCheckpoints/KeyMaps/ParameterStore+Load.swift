public import SluiceNN

/// What may differ between a weight file and a model.
public struct LoadTolerance: Sendable, Equatable {
  /// Whether parameters that the file lacks keep their values.
  public let allowsMissing: Bool
  /// Whether tensors that the model lacks are passed over.
  public let allowsUnexpected: Bool

  /// Every parameter and nothing else.
  public static let exact = LoadTolerance(allowsMissing: false, allowsUnexpected: false)
  /// Whatever both have: to begin a model with the weights of another.
  public static let common = LoadTolerance(allowsMissing: true, allowsUnexpected: true)
}

extension ParameterStore {
  /// Replaces parameters by the tensors of a weight file.
  ///
  /// A tensor in another shape than the parameter's is always an error. When this throws, nothing has been changed.
  ///
  /// - Returns: what was found, missing and left over, to be shown.
  /// - Throws: ``CheckpointError`` listing what does not fit.
  @discardableResult
  public func load(
    _ source: any TensorSource, map: KeyMap = .identity, allowing tolerance: LoadTolerance = .exact
  ) throws(CheckpointError) -> WeightMatch {
    let match = try WeightMatch(
      source, map: map, parameters: declarations.map { ($0.name, $0.shape.dimensions) })
    let fits =
      match.mismatched.isEmpty && (tolerance.allowsMissing || match.missing.isEmpty)
      && (tolerance.allowsUnexpected || match.unexpected.isEmpty) && !match.matched.isEmpty
    guard fits else {
      throw CheckpointError(
        .mismatched, file: source.path,
        "does not fit the model.\n\(match)\nKnown layouts: \(KeyMap.published.map(\.name).joined(separator: ", "))")
    }
    var tensors: [(parameter: Int, values: [Float])] = []
    let places = Dictionary(uniqueKeysWithValues: declarations.enumerated().map { ($0.element.name, $0.offset) })
    for name in match.matched {
      guard let place = places[name.own] else { continue }
      tensors.append((place, try source.floats(name.stored)))
    }
    let parameters = parameters
    for (place, values) in tensors {
      parameters[place].update { elements in
        for index in values.indices { elements[index] = values[index] }
      }
    }
    return match
  }
}
