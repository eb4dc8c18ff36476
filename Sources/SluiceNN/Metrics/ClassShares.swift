internal import Glibc

/// The shares that a sample has of all classes, in double precision: what probabilities are ranked and averaged as.
///
/// ```swift
/// let views = [ClassShares(softmaxOf: [0.31, 0.27]), ClassShares(softmaxOf: [0.24, 0.29])]
/// ClassShares(meanOf: views).softmax().rank(of: 1)   // 1: one class is ahead
/// ```
/// Networks that compare by cosines have scores in −1…1, whose shares are nearly equal; a softmax of these is flatter still.
/// Ranks hang on differences that single precision does not have.
public struct ClassShares: Sendable, Equatable {
  /// One for each class.
  public let values: [Double]

  /// Numbers that are shares, or are ranked as if they were.
  public init(_ values: [Double]) {
    self.values = values
  }

  /// The softmax of scores.
  public init(softmaxOf scores: some Collection<Float>) {
    self = ClassShares(scores.map { Double($0) }).softmax()
  }

  /// The mean over the views of a sample.
  /// - Precondition: a view, and shares of the same classes in each.
  public init(meanOf views: [ClassShares]) {
    precondition(!views.isEmpty, "shares of no view")
    var sums = [Double](repeating: 0, count: views[0].values.count)
    for view in views {
      precondition(view.values.count == sums.count, "views of \(sums.count) and of \(view.values.count) classes")
      for (index, value) in view.values.enumerated() { sums[index] += value }
    }
    values = sums.map { $0 / Double(views.count) }
  }

  /// The softmax of the shares, as if they were scores.
  public func softmax() -> ClassShares {
    let largest = values.max() ?? 0
    let powers = values.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return ClassShares(powers.map { $0 / total })
  }

  /// So much of these shares and the rest of others.
  /// - Precondition: shares of the same classes.
  public func mixed(with other: ClassShares, weight: Double) -> ClassShares {
    precondition(values.count == other.values.count, "shares of \(values.count) and of \(other.values.count) classes")
    return ClassShares(zip(values, other.values).map { weight * $0 + (1 - weight) * $1 })
  }

  /// Whether every share is a number: else the sample is recognized as nothing.
  public var isUsable: Bool { values.allSatisfy(\.isFinite) }

  /// The class with the largest share, the first of several; `nil` without classes, and where a share is no number.
  public var best: Int? {
    guard isUsable, !values.isEmpty else { return nil }
    return values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }

  /// How many classes are ahead of one: those with a larger share, and those with an equal one and a lower number.
  ///
  /// All of them where a share is no number.
  /// - Precondition: `label` is a class.
  public func rank(of label: Int) -> Int {
    guard isUsable else { return values.count }
    let own = values[label]
    return values.indices.count { values[$0] > own || values[$0] == own && $0 < label }
  }
}
