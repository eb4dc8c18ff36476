/// Which copy of a model's weights is read where a file holds several.
public enum WeightsChoice: String, Sendable, CaseIterable {
  /// The weights that training stepped.
  case raw
  /// Their running average.
  case ema
}

/// How much of a model a file must give.
public enum WeightsRequirement: Sendable {
  /// Every parameter.
  case whole
  /// Every parameter but the head's and those that the layout names as fresh.
  case backbone
  /// Any.
  case partial
}

/// The parameters that belong to a task and not to the backbone.
///
/// ```swift
/// let policy = HeadPolicy.parameters("cls_head.*").rows([2, nil, 0])   // classes a, b, c are c, new, a in the file
/// ```
/// They are loaded where the file has them with the model's shape, and begin anew otherwise.
public struct HeadPolicy: Sendable {
  let patterns: [NamePattern]
  let rows: [Int?]?

  /// No parameter is a head's.
  public static let none: HeadPolicy = HeadPolicy(patterns: [], rows: nil)

  /// The parameters whose names match one of `patterns`; `*` stands for any run of characters.
  public static func parameters(_ patterns: String...) -> HeadPolicy { parameters(patterns) }

  /// The parameters whose names match one of `patterns`; `*` stands for any run of characters.
  public static func parameters(_ patterns: [String]) -> HeadPolicy {
    HeadPolicy(patterns: patterns.map(NamePattern.init), rows: nil)
  }

  /// This policy with the head's rows taken in another order: for each class of the model the row in the file, `nil` for a
  /// class that the file does not know, whose row begins anew, as those of classes behind the last one do.
  public func rows(_ rows: [Int?]) -> HeadPolicy { HeadPolicy(patterns: patterns, rows: rows) }

  func matches(_ name: String) -> Bool { patterns.contains { $0.matches(name) } }
}
