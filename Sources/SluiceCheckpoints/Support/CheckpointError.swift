/// Why a checkpoint or weight file could not be read, written or matched.
///
/// The description says the file, the offset in it, and what is wrong: `encoder.pkl: byte 1208: REDUCE on an empty stack`.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure; kinds may be added later.
  public struct Code: Sendable, Hashable {
    private enum Kind { case unreadable, malformed, unsupported, refused, absent, mismatched, unwritable }
    private let kind: Kind

    /// The file cannot be opened or read.
    public static var unreadable: Code { Code(kind: .unreadable) }
    /// The file breaks its format's rules.
    public static var malformed: Code { Code(kind: .malformed) }
    /// The file is well formed but uses something that is not read here.
    public static var unsupported: Code { Code(kind: .unsupported) }
    /// The file asks for code to be run, or for more than the limits allow.
    public static var refused: Code { Code(kind: .refused) }
    /// A tensor, record or checkpoint that was asked for is not there.
    public static var absent: Code { Code(kind: .absent) }
    /// What is stored does not fit what was asked for: names, shapes, element types or the configuration.
    public static var mismatched: Code { Code(kind: .mismatched) }
    /// The file cannot be written.
    public static var unwritable: Code { Code(kind: .unwritable) }
  }

  /// The kind of failure.
  public let code: Code
  /// Path of the file or directory, as it was given.
  public let file: String
  /// Where in the file, in bytes from its start, if the failure has an offset.
  public let position: Int?
  /// What is wrong, what was wanted and what to do, without the file's name.
  public let reason: String

  /// Creates an error from its parts.
  public init(_ code: Code, file: String, position: Int? = nil, _ reason: String) {
    self.code = code
    self.file = file
    self.position = position
    self.reason = reason
  }

  public var description: String {
    position.map { "\(file): byte \($0): \(reason)" } ?? "\(file): \(reason)"
  }
}
