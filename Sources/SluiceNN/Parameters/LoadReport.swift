/// Which names of a checkpoint and a model must agree.
public enum LoadMode: Sendable {
  /// All: the checkpoint is of this model.
  case exact
  /// Those that both have: the checkpoint is of a related model.
  case present
}

/// What a checkpoint gave to a model: every name of both is in one of the lists.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
  /// What became of the rows of a head whose classes were matched by name.
  public struct HeadRows: Sendable, Equatable {
    /// Rows that the file has.
    public let taken: Int
    /// Rows of classes that the file does not know.
    public let new: Int
    /// Why no class could be matched, where that is not for want of equal names.
    public var reason: String?

    public init(taken: Int, new: Int) { (self.taken, self.new) = (taken, new) }

    var description: String {
      if taken == 0 {
        return "the head begins anew: \(reason ?? "none of its classes is among those of the checkpoint")"
      }
      let rest =
        new == 0 ? "" : new == 1 ? ", that of a new class begins anew" : ", those of \(new) new classes begin anew"
      return "head: \(taken) row\(taken == 1 ? "" : "s") matched by class name\(rest)"
    }
  }

  /// Parameters that were replaced.
  public var loaded: [String] = []
  /// Parameters that keep their values.
  public var missing: [String] = []
  /// Names of the checkpoint that the model does not have.
  public var unexpected: [String] = []
  /// Parameters that keep their values because the checkpoint's are for another task, such as a head of other classes.
  public var unfit: [String] = []

  /// Tensors of the checkpoint of kinds that are not read.
  public var unreadable: [String] = []
  /// Loaded parameters that were resized: tables of positions, filters over time.
  public var resized: [String] = []
  /// The layout of the file's names; `nil` where they are the model's own.
  public var layout: String?
  /// What stands in front of the names in the file: `model_state/model.`.
  public var prefix: String = ""
  /// How the rows of a head were matched to classes; `nil` where they were taken as they are.
  public var headRows: HeadRows?

  public init() {}

  /// One line for each kind of difference, with names.
  public var description: String {
    var lines = ["\(loaded.count) of \(loaded.count + missing.count + unfit.count) parameters loaded\(origin)"]
    if !resized.isEmpty { lines.append("resized: \(LoadReport.listing(resized))") }
    if let headRows { lines.append(headRows.description) }
    if !missing.isEmpty { lines.append("missing, stay as they began: \(LoadReport.listing(missing))") }
    if !unfit.isEmpty { lines.append("of another size, stay as they began: \(LoadReport.listing(unfit))") }
    if !unexpected.isEmpty { lines.append("unexpected, not used: \(LoadReport.listing(unexpected))") }
    if !unreadable.isEmpty { lines.append("of kinds that are not read: \(LoadReport.listing(unreadable))") }
    return lines.joined(separator: "\n")
  }

  /// Under which layout and where in the file the names were found, for a message; empty where they are the model's own.
  package var origin: String {
    let parts = [layout.map { "layout \($0)" }, prefix.isEmpty ? nil : "in \(prefix)"].compactMap(\.self)
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
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
