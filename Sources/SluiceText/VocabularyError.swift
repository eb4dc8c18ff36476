internal import SluicePlatform

/// A vocabulary that cannot be read, used or learned, with the line.
public struct VocabularyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, or what else the tokens come from.
  public let origin: String
  /// From 1; `nil` if the vocabulary as a whole is meant.
  public let line: Int?
  /// What was found, what was wanted, what to do; without the place.
  public let reason: String

  public init(origin: String, line: Int? = nil, reason: String) {
    self.origin = origin
    self.line = line
    self.reason = reason
  }

  public var description: String {
    line.map { "\(origin):\($0): \(reason)" } ?? "\(origin): \(reason)"
  }
}

extension VocabularyError {
  init(_ error: InputFileError) { self.init(origin: error.path, reason: error.reason) }
}
