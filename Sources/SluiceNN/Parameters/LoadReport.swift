/// Which names of a checkpoint and a model must agree.
public enum LoadMode: Sendable {
  /// All: the checkpoint is of this model.
  case exact
  /// Those that both have: the checkpoint is of a related model.
  case present
}

/// What a checkpoint gave to a model, with nothing skipped silently.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
  /// Parameters that were replaced.
  public var loaded: [String] = []
  /// Parameters that keep their values.
  public var missing: [String] = []
  /// Names of the checkpoint that the model does not have.
  public var unexpected: [String] = []
  /// Parameters that keep their values because the checkpoint's are for another task, such as a head of other classes.
  public var unfit: [String] = []

  public init() {}

  /// One line for each kind of difference, with names.
  public var description: String {
    var lines = ["\(loaded.count) of \(loaded.count + missing.count + unfit.count) parameters loaded"]
    if !missing.isEmpty { lines.append("missing, stay as they began: \(LoadReport.listing(missing))") }
    if !unfit.isEmpty { lines.append("of another size, stay as they began: \(LoadReport.listing(unfit))") }
    if !unexpected.isEmpty { lines.append("unexpected, not used: \(LoadReport.listing(unexpected))") }
    return lines.joined(separator: "\n")
  }

  /// Names for a message: all of a few, the first and the number of many.
  package static func listing(_ names: [String]) -> String {
    names.count <= 8
      ? names.joined(separator: ", ") : names.prefix(6).joined(separator: ", ") + " and \(names.count - 6) more"
  }
}

/// A checkpoint that does not fit a model.
public struct ParameterLoadError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
