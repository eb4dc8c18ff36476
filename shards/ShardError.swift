/// What went wrong with a shard, a shard set or a frame on its way into one.
public struct ShardError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; more may come.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case damaged, missing, refused, invalid, system }
    private let kind: Kind

    /// Bytes are not what was written.
    public static let damaged: Code = Code(kind: .damaged)
    /// A file, clip or frame that was asked for is not there.
    public static let missing: Code = Code(kind: .missing)
    /// The request contradicts what the directory holds.
    public static let refused: Code = Code(kind: .refused)
    /// Frames or settings that cannot be stored.
    public static let invalid: Code = Code(kind: .invalid)
    /// The operating system refused: disk full, no permission.
    public static let system: Code = Code(kind: .system)

    public var description: String { kind.rawValue }
  }

  public let code: Code
  /// The shard's or index's file name or path, where there is one.
  public let file: String?
  /// The clip's number in its shard, where there is one.
  public let clip: Int?
  /// Where in the file, bytes.
  public let offset: UInt64?
  /// What failed, what was found and wanted, what to do.
  public let message: String

  public init(_ code: Code, _ message: String, file: String? = nil, clip: Int? = nil, offset: UInt64? = nil) {
    self.code = code
    self.file = file
    self.clip = clip
    self.offset = offset
    self.message = message
  }

  public var description: String {
    var context = file ?? ""
    if let clip { context += context.isEmpty ? "clip \(clip)" : ", clip \(clip)" }
    if let offset { context += context.isEmpty ? "byte \(offset)" : ", byte \(offset)" }
    return context.isEmpty ? message : "\(context): \(message)"
  }

  /// The same error with what it did not know.
  func at(file: String? = nil, clip: Int? = nil, offset: UInt64? = nil) -> ShardError {
    ShardError(code, message, file: self.file ?? file, clip: self.clip ?? clip, offset: self.offset ?? offset)
  }
}
