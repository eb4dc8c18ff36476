internal import SluicePlatform

/// A list that cannot be read, or whose content cannot be used, with the line.
public struct DatasetListError: Error, Sendable, Hashable, CustomStringConvertible {
  public let path: String
  /// From 1; `nil` if the file as a whole is meant.
  public let line: Int?
  /// What was found, what was wanted, what to do; without the place.
  public let reason: String

  public init(path: String, line: Int?, reason: String) {
    self.path = path
    self.line = line
    self.reason = reason
  }

  public var description: String {
    line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)"
  }
}

extension DatasetListError {
  init(_ error: InputFileError) { self.init(path: error.path, line: nil, reason: error.reason) }

  init(_ error: JSONReadingError, in path: String) {
    self.init(path: path, line: error.line, reason: error.reason)
  }
}
