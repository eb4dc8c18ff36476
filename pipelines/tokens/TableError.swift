/// Why stored views or tokens cannot be read, written or trained on.
public struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or directory.
  public let path: String
  /// What was found, what was wanted, what to do; without the path.
  public let reason: String

  public init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}
