/// What a network takes of a batch: work, and memory until its gradients are there.
public struct StepCost: Sendable, Equatable {
  /// Floating-point operations of the products of a forward pass; those of its gradients are twice as many.
  public var operations: Double
  /// Numbers that are kept for the gradients, at least: the outputs of the linear layers, without what norms, attention and
  /// activations keep besides.
  public var keptValues: Double

  public init(operations: Double = 0, keptValues: Double = 0) {
    (self.operations, self.keptValues) = (operations, keptValues)
  }

  /// A linear layer on `rows` rows, whose outputs are kept by who needs them.
  public static func linear(_ rows: Int, _ inputs: Int, _ outputs: Int) -> StepCost {
    StepCost(operations: 2 * Double(rows) * Double(inputs) * Double(outputs))
  }

  /// Blocks of attention and MLP on sequences of `tokens`.
  /// - Parameters:
  ///   - width: of a token.
  ///   - hidden: width of the MLP inside.
  public static func blocks(_ depth: Int, tokens: Int, width: Int, hidden: Int) -> StepCost {
    let block =
      linear(tokens, width, 3 * width) + linear(tokens, width, width) + linear(tokens, width, hidden)
      + linear(tokens, hidden, width)
    let (count, size) = (Double(tokens), Double(width))
    return StepCost(
      operations: block.operations + 4 * count * count * size, keptValues: count * (5 * size + Double(hidden)))
      * Double(depth)
  }

  public static func + (first: StepCost, second: StepCost) -> StepCost {
    StepCost(operations: first.operations + second.operations, keptValues: first.keptValues + second.keptValues)
  }

  public static func * (cost: StepCost, factor: Double) -> StepCost {
    StepCost(operations: cost.operations * factor, keptValues: cost.keptValues * factor)
  }
}

/// What a batch costs where some of its tokens are hidden from a network.
public struct HidingCost: Sendable, Equatable {
  /// The share of the tokens that is hidden.
  public let share: Double
  public let cost: StepCost

  public init(share: Double, _ cost: StepCost) {
    (self.share, self.cost) = (share, cost)
  }
}
