/// A path template that cannot be used.
public struct PathTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The template as it was given.
  public let template: String
  /// What is wrong and what is wanted.
  public let reason: String

  public var description: String { "path template “\(template)”: \(reason)" }
}
