internal import SluicePlatform
public import SluiceTensor

/// Which names of a checkpoint and a model must agree.
public enum LoadMode: Sendable {
  /// All: the checkpoint is of this model.
  case exact
  /// Those that both have: the checkpoint is of a related model.
  case present
}

/// What a checkpoint gave to a model.
public struct LoadReport: Sendable, Equatable {
  /// Parameters that were replaced.
  public var loaded: [String] = []
  /// Parameters that keep their values.
  public var missing: [String] = []
  /// Names of the checkpoint that the model does not have.
  public var unexpected: [String] = []
}

/// A checkpoint that does not fit a model.
public struct ParameterLoadError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension ParameterStore {
  /// Replaces parameters by the values with their names.
  /// - Throws: ``ParameterLoadError`` if a shape differs, if names differ in mode `exact`, or if no name agrees; nothing
  ///   has been changed then.
  @discardableResult
  public func load(_ values: [String: Tensor], mode: LoadMode) throws(ParameterLoadError) -> LoadReport {
    var report = LoadReport()
    for declaration in declarations {
      guard let value = values[declaration.name] else {
        report.missing.append(declaration.name)
        continue
      }
      guard value.shape == declaration.shape else {
        throw ParameterLoadError(
          "\(declaration.name): the checkpoint has \(value.shape), the model \(declaration.shape). "
            + "Configure the model as the checkpoint's was")
      }
      report.loaded.append(declaration.name)
    }
    let known = Set(report.loaded)
    report.unexpected = values.keys.filter { !known.contains($0) }.sorted()
    if mode == .exact || report.loaded.isEmpty { try report.checkExact() }
    for name in report.loaded {
      guard let parameter = self[name], let value = values[name] else { continue }
      // The shape was checked above.
      do { try parameter.assign(value) } catch { throw ParameterLoadError("\(error)") }
    }
    return report
  }
}

extension LoadReport {
  fileprivate func checkExact() throws(ParameterLoadError) {
    if let name = missing.first {
      let near = nearestName(to: name, among: unexpected).map { "; the checkpoint has \($0)" } ?? ""
      throw ParameterLoadError(
        "the checkpoint lacks \(missing.count) of \(missing.count + loaded.count) parameters, first \(name)\(near). "
          + "Is it of another model?")
    }
    if let name = unexpected.first {
      throw ParameterLoadError(
        "the checkpoint has \(unexpected.count) names the model does not know, first \(name). Is it of another model?")
    }
  }
}
