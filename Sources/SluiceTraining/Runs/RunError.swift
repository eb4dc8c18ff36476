internal import Glibc

/// Why a run could not begin or go on.
public struct RunError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is; new kinds may come.
  public struct Code: Sendable, Hashable {
    private enum Kind { case file, configuration, resume, data, weights, busy }
    private let kind: Kind

    /// A file or directory cannot be read or written.
    public static let file: Code = Code(kind: .file)
    /// A setting makes no sense, alone or with another.
    public static let configuration: Code = Code(kind: .configuration)
    /// There is nothing to resume, or it was made with other settings.
    public static let resume: Code = Code(kind: .resume)
    /// The data set cannot be trained on.
    public static let data: Code = Code(kind: .data)
    /// Weights do not fit the model, or there are none.
    public static let weights: Code = Code(kind: .weights)
    /// Another process trains there.
    public static let busy: Code = Code(kind: .busy)
  }

  public let code: Code
  /// What failed, where, what was found, what to do.
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  package static func file(_ path: String, _ what: String, errno number: Int32) -> RunError {
    RunError(.file, "\(path) \(what): \(unsafe String(cString: strerror(number))).")
  }
}
