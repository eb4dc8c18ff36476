internal import Glibc

/// How tensor operations run: on how many threads, and in which precision.
///
/// The setting belongs to the task, as Swift's task-local values do: it reaches operations and tasks started inside
/// ``run(_:)``, and no others.
///
/// ```swift
/// let compute = Compute(threadCount: 2)
/// compute.run { loss.backward() }
/// ```
/// For one thread count results are the same bits in every run, beside any number of data workers.
public struct Compute: Sendable {
  /// Threads of one operation, the caller's included.
  public var threadCount: Int { team.threadCount }
  /// What products are computed in.
  public let precision: Precision
  package let team: Team

  /// A setting with threads of its own; they sleep while nothing is computed, and end with the last copy.
  ///
  /// - Parameter precision: single precision takes its place where the processor does not support it.
  public init(threadCount: Int, precision: Precision = .float32) {
    self.init(team: Team(threadCount: threadCount), precision: precision.isSupported ? precision : .float32)
  }

  private init(team: Team, precision: Precision) {
    self.team = team
    self.precision = precision
  }

  /// The same threads with another precision, supported or not: for tests.
  package func with(_ precision: Precision) -> Compute { Compute(team: team, precision: precision) }

  /// One thread for each processor this process may run on.
  public static let standard: Compute = Compute(threadCount: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// The setting of the running task; ``standard`` unless ``run(_:)`` says otherwise.
  @TaskLocal public static var current: Compute = .standard

  /// Runs `body` under this setting.
  public func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Compute.$current.withValue(self) { try body() }
  }

  /// Runs an asynchronous `body` under this setting.
  public func run<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await Compute.$current.withValue(self, operation: { try await body() }, isolation: isolation)
  }
}
