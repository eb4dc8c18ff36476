package import SluiceNN
package import SluiceTensor

/// One block: attention within windows, then an MLP, each behind a norm and beside a skip connection.
package struct SwinBlock: Sendable {
  private let firstNorm: LayerNorm
  private let attention: WindowAttention
  private let secondNorm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let dropRate: Double

  /// Declares the block's parameters in `scope`.
  package init(
    _ scope: ParameterScope, _ configuration: SwinConfiguration, width: Int, headCount: Int, dropRate: Double
  ) {
    firstNorm = LayerNorm(scope["norm1"], dimension: width, epsilon: 1e-5)
    attention = WindowAttention(
      scope["attn"], width: width, headCount: headCount, window: configuration.window,
      hasQueryKeyValueBias: configuration.hasQueryKeyValueBias)
    secondNorm = LayerNorm(scope["norm2"], dimension: width, epsilon: 1e-5)
    let hidden = Int((Double(width) * configuration.mlpRatio).rounded(.towardZero))
    expand = Linear(scope["mlp.fc1"], inputs: width, outputs: hidden, weight: .truncatedNormal(0.02))
    contract = Linear(scope["mlp.fc2"], inputs: hidden, outputs: width, weight: .truncatedNormal(0.02))
    self.dropRate = dropRate
  }

  /// `[B, N, D]` to `[B, N, D]`, the grid divided as `plan` says.
  package func callAsFunction(_ tokens: Tensor, _ plan: WindowPlan, _ pass: ForwardPass) -> Tensor {
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    // Padding is made of zeros behind the norm: its keys and values are the biases.
    let windows = firstNorm(tokens).rearranged(by: plan.windows)
      .reshaped(batch * plan.windowCount, plan.tokenCount, width)
    let mixed = attention(windows, mask: plan.mask).reshaped(batch, plan.windows.count, width)
      .rearranged(by: plan.windows.inverse)
    let middle = tokens + pass.dropPath(mixed, rate: dropRate)
    let change = contract(expand(secondNorm(middle), activation: .gelu))
    return middle + pass.dropPath(change, rate: dropRate)
  }
}
