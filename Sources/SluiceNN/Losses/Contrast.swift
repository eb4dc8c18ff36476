public import SluiceTensor

/// The contrastive loss of paired features: each is to be nearer to its own partner than to the others'.
///
/// The cosines of all pairs, divided by a temperature, are scores; of each row, and of each column, the cross-entropy with
/// the pair's own number is taken. The means of both directions are added, not averaged.
/// - Source: Zhai and Wu, "Classification is a strong baseline for deep metric learning", BMVC 2019.
public struct Contrast: Sendable, Equatable {
  /// What cosines are divided by; the smaller, the more the nearest others count.
  public var temperature: Float
  /// Consecutive pairs that are compared with each other, as if each such group were on a device of its own; all if `nil`.
  public var groupSize: Int?

  /// - Precondition: `temperature` and `groupSize` are above 0.
  public init(temperature: Float = 0.05, groupSize: Int? = nil) {
    precondition(temperature > 0 && groupSize ?? 1 > 0, "temperature \(temperature), groups of \(groupSize ?? 1)")
    self.temperature = temperature
    self.groupSize = groupSize
  }

  /// The loss, one number: the mean over the groups.
  /// - Parameters:
  ///   - first: `[B, D]`; row i belongs to row i of `second`.
  ///   - second: `[B, D]`.
  /// - Throws: ``ShapeError`` if they are not as many and as wide.
  public func loss(of first: Tensor, and second: Tensor) throws(ShapeError) -> Tensor {
    try second.shape.check(is: first.shape, in: "contrastive loss")
    let count = first.shape[0]
    guard let groupSize, groupSize < count else { return loss(of: first.cosines(with: second)) }
    let groups = stride(from: 0, to: count, by: groupSize).map { $0..<min($0 + groupSize, count) }
    let losses = groups.map { loss(of: first.slice($0, axis: 0).cosines(with: second.slice($0, axis: 0))) }
    return losses.dropFirst().reduce(losses[0]) { $0 + $1 } / Float(losses.count)
  }

  /// The loss of cosines `[B, B]`, whose diagonal are those of pairs.
  private func loss(of cosines: Tensor) -> Tensor {
    let (scores, own) = (cosines / temperature, Array(0..<cosines.shape[0]))
    return scores.crossEntropy(labels: own) + scores.permuted(1, 0).crossEntropy(labels: own)
  }

  /// The share of rows of `first` that are nearest to their own partner.
  /// - Precondition: as many rows in both.
  public static func accuracy(of first: Tensor, and second: Tensor) -> Double {
    let nearest = withoutGradients { first.cosines(with: second) }.indicesOfLargest()
    return Double(nearest.enumerated().count { $0.offset == $0.element }) / Double(max(nearest.count, 1))
  }
}
