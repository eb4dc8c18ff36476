internal import SluicePlatform

/// What a run ends with when it cannot go on.
public struct FlowError: Error, Sendable, CustomStringConvertible {
  /// The kind of an error.
  public enum Code: Sendable, Equatable {
    /// A stage threw where errors are not tolerated.
    case stageFailed
    /// More samples failed than was allowed.
    case tooManyFailures
    /// Every sample of a list failed.
    case noUsableSample
    /// A source has no samples.
    case emptySource
    /// The declared pipeline would never end.
    case endless
    /// A position belongs to another list or pipeline.
    case positionMismatch
    /// A setting is not there, or not that way.
    case badSetting
    /// The process may start no more threads.
    case noThreads
    /// Nothing came within a time limit.
    case timedOut
  }

  public let code: Code
  public let description: String
  /// The node that failed, if it was one.
  public let stage: String?
  /// The sample it failed on, if it was one.
  public let identity: String?
  /// What the stage threw.
  public let underlying: (any Error)?

  init(
    _ code: Code, _ description: String, stage: String? = nil, identity: String? = nil,
    underlying: (any Error)? = nil
  ) {
    self.code = code
    self.description = description
    self.stage = stage
    self.identity = identity
    self.underlying = underlying
  }

  static func stageFailed(_ stage: String, identity: String, _ error: any Error) -> FlowError {
    FlowError(
      .stageFailed, "\(identity): \(error) (\(stage))", stage: stage, identity: identity, underlying: error)
  }

  static func empty(_ source: String) -> FlowError {
    FlowError(.emptySource, "\(source): the list has no samples. Give a list with at least one.", stage: source)
  }

  static func noUsableSample(_ failures: FailureLog, of count: Int) -> FlowError {
    FlowError(.noUsableSample, "none of the \(count) samples could be used.\(first(of: failures))")
  }

  static func noUsableSample(ofPart part: Int, of parts: Int, _ count: Int, _ failures: FailureLog) -> FlowError {
    FlowError(
      .noUsableSample,
      "part \(part) of \(parts): none of \(count) samples in a row could be used.\(first(of: failures))")
  }

  static func tooManyFailures(_ failed: Int, of count: Int, tolerated: Double, _ failures: FailureLog) -> FlowError {
    FlowError(
      .tooManyFailures,
      """
      \(failed) of \(count) samples failed (\((Double(failed) / Double(count)).percentText)), \(tolerated.percentText) are \
      tolerated.\(first(of: failures)) Repair the list, or tolerate more (--max-failures).
      """)
  }

  private static func first(of failures: FailureLog) -> String {
    failures.outstanding.first.map { " The first: \($0)" } ?? ""
  }
}
