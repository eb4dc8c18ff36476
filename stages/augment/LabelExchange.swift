/// Labels that a mirror image of a clip changes: what moves to the left then moves to the right.
///
/// ```swift
/// var augment = Augment(.resizedCrop(224), .flip)
/// augment.labelExchange = LabelExchange([(0, 1)])     // left and right
/// ```
public struct LabelExchange: Sendable, Equatable {
  private let others: [Int: Int]

  /// - Parameter pairs: classes of which each is the other one's mirror image.
  /// - Precondition: no class comes twice.
  public init(_ pairs: [(Int, Int)]) {
    others = Dictionary(uniqueKeysWithValues: pairs.flatMap { pair in [(pair.0, pair.1), (pair.1, pair.0)] })
  }

  /// The three pairs of Something-Something that differ in left and right.
  public static let somethingSomething: LabelExchange = LabelExchange([(86, 87), (93, 94), (166, 167)])

  /// The labels of the mirror image.
  public func callAsFunction(_ labels: [Int]) -> [Int] { labels.map { others[$0] ?? $0 } }
}
