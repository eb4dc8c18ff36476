public import SluiceTensor

/// `y = x·Wᵀ + b` on the last axis.
public struct Linear: Sendable {
  let weight: Weight
  let bias: Weight?

  /// Declares `weight` `[outputs, inputs]` and, unless `bias` is `nil`, `bias` `[outputs]` in `scope`.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, weight: Initializer, bias: Initializer? = .zeros
  ) {
    self.weight = scope.weight("weight", [outputs, inputs], weight)
    self.bias = bias.map { scope.weight("bias", [outputs], $0) }
  }

  /// The sums of each row of `input`, an activation applied to them.
  public func callAsFunction(_ input: Tensor, activation: Activation? = nil) -> Tensor {
    input.linear(weight.value, bias: bias?.value, activation: activation)
  }
}
