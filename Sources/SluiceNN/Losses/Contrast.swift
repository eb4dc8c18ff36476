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
    let losses = groups(of: first.shape[0]).map { pairs in
      loss(of: first.part(pairs).cosines(with: second.part(pairs)))
    }
    return losses.count == 1 ? losses[0] : losses.dropFirst().reduce(losses[0]) { $0 + $1 } / Float(losses.count)
  }

  /// The loss of cosines `[B, B]`, whose diagonal are those of pairs.
  private func loss(of cosines: Tensor) -> Tensor {
    let (scores, own) = (cosines / temperature, Array(0..<cosines.shape[0]))
    return scores.crossEntropy(labels: own) + scores.permuted(1, 0).crossEntropy(labels: own)
  }

  /// The share of rows of `first` that are nearest to their own partner among those they are compared with.
  /// - Precondition: as many rows in both, and as wide.
  public func accuracy(of first: Tensor, and second: Tensor) -> Double {
    let right = withoutGradients {
      groups(of: first.shape[0]).reduce(0) { sum, pairs in
        let nearest = first.part(pairs).cosines(with: second.part(pairs)).indicesOfLargest()
        return sum + nearest.enumerated().count { $0.offset == $0.element }
      }
    }
    return Double(right) / Double(max(first.shape[0], 1))
  }

  /// The pairs that are compared with each other; the last group may be smaller.
  public func groups(of count: Int) -> [Range<Int>] {
    guard let groupSize, groupSize < count else { return [0..<count] }
    return stride(from: 0, to: count, by: groupSize).map { $0..<min($0 + groupSize, count) }
  }
}

extension Tensor {
  /// Some of the rows; all of them as they are.
  fileprivate func part(_ rows: Range<Int>) -> Tensor { rows.count == shape[0] ? self : slice(rows, axis: 0) }
}
