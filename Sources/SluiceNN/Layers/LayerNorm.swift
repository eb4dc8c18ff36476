public import SluiceTensor

/// Normalizes the last axis to zero mean and unit variance, then scales and shifts it.
/// - Source: Ba et al., "Layer normalization", 2016.
public struct LayerNorm: Sendable {
  let weight: Weight
  let bias: Weight
  /// Added to the variance.
  let epsilon: Float

  /// Declares `weight` and `bias`, `[dimension]` each, in `scope`.
  public init(_ scope: ParameterScope, dimension: Int, epsilon: Float) {
    weight = scope.weight("weight", [dimension], .ones)
    bias = scope.weight("bias", [dimension], .zeros)
    self.epsilon = epsilon
  }

  /// `input` with each row of its last axis normalized.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.layerNorm(weight.value, bias.value, epsilon: epsilon)
  }
}
