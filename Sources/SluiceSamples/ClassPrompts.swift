/// Names of classes with the tokens of the sentences that describe them.
public struct ClassPrompts: Sendable, Equatable {
  /// The classes' names, in the order of their labels.
  public let names: [String]
  /// Row-major `[names.count, length]`: start, tokens, end, filled up with 0.
  public let ids: [Int32]

  /// - Precondition: as many tokens for each name, and at least one name.
  public init(names: [String], ids: [Int32]) {
    precondition(
      !names.isEmpty && !ids.isEmpty && ids.count.isMultiple(of: names.count),
      "\(ids.count) tokens for \(names.count) classes")
    self.names = names
    self.ids = ids
  }

  /// Classes there are.
  public var count: Int { names.count }

  /// Tokens of a sentence, those it is filled up with included.
  public var length: Int { ids.count / names.count }

  /// The tokens of some classes, in the order asked.
  /// - Precondition: every label is one of a class.
  public func ids(of labels: [Int]) -> [Int32] {
    labels.flatMap { ids[$0 * length..<($0 + 1) * length] }
  }
}
