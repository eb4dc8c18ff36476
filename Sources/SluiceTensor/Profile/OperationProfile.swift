internal import SluicePlatform

/// Where the time of tensor operations goes, while installed.
///
/// ```swift
/// let profile = OperationProfile()
/// profile.record { loss.backward() }
/// for row in profile.rows { print(row.operation, row.milliseconds) }
/// ```
/// Without one, operations measure nothing.
public final class OperationProfile: Sendable {
  /// All calls of one operation.
  public struct Row: Sendable, Hashable {
    /// The operation, for example `linear`.
    public var operation: String
    /// Whether it is the operation's gradient.
    public var isBackward: Bool
    /// How often it ran.
    public var callCount: Int = 0
    /// The time of all calls.
    public var milliseconds: Double = 0
    /// Floating-point operations of all calls; 0 where bytes say more.
    public var operationCount: Int = 0
    /// Bytes read and written by all calls, at least; 0 where operations say more.
    public var byteCount: Int = 0

    /// Billions of floating-point operations a second.
    public var gigaflops: Double { milliseconds > 0 ? Double(operationCount) / milliseconds / 1e6 : 0 }
    /// Billions of bytes a second.
    public var gigabytes: Double { milliseconds > 0 ? Double(byteCount) / milliseconds / 1e6 : 0 }
  }

  private struct Key: Hashable {
    var operation: String
    var isBackward: Bool
  }

  private let state: Lock<[Key: Row]> = Lock([:])

  /// An empty profile.
  public init() {}

  /// What was measured so far, the longest first.
  public var rows: [Row] {
    state.withLock { Array($0.values) }.sorted { ($0.milliseconds, $0.operation) > ($1.milliseconds, $1.operation) }
  }

  /// Runs `body` with this profile measuring its operations.
  public func record<Result>(_ body: () throws -> Result) rethrows -> Result {
    try OperationTimer.$profile.withValue(self) { try body() }
  }

  /// Runs an asynchronous `body` with this profile measuring its operations.
  public func record<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await OperationTimer.$profile.withValue(self, operation: { try await body() }, isolation: isolation)
  }

  func add(_ operation: String, isBackward: Bool, milliseconds: Double, operations: Int, bytes: Int) {
    state.withLock { rows in
      let key = Key(operation: operation, isBackward: isBackward)
      var row = rows[key] ?? Row(operation: operation, isBackward: isBackward)
      row.callCount += 1
      row.milliseconds += milliseconds
      row.operationCount += operations
      row.byteCount += bytes
      rows[key] = row
    }
  }
}
