package import SluiceNN
package import SluiceTensor

/// A block of attention and MLP as CLIP has it.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021.
package struct CLIPBlock: Sendable {
  /// What the parameters of a block begin as.
  package struct Initial: Sendable {
    let packed: Initializer
    let project: Initializer
    let expand: (weight: Initializer, bias: Initializer)
    let contract: (weight: Initializer, bias: Initializer)

    /// PyTorch's own, which the vision tower begins with.
    package static func vision(width: Int) -> Initial {
      let (narrow, wide) = (Initializer.reciprocalRoot(inputs: width), Initializer.reciprocalRoot(inputs: 4 * width))
      return Initial(
        packed: .xavier(inputs: width, outputs: 3 * width), project: narrow, expand: (narrow, narrow),
        contract: (wide, wide))
    }

    /// Those of the text tower.
    package static func text(width: Int, layers: Int) -> Initial {
      let spread = 1 / Double(width).squareRoot()
      let deep = spread / Double(2 * layers).squareRoot()
      return Initial(
        packed: .normal(spread), project: .normal(deep),
        expand: (.normal(1 / Double(2 * width).squareRoot()), .reciprocalRoot(inputs: width)),
        contract: (.normal(deep), .reciprocalRoot(inputs: 4 * width)))
    }

    /// Those of BIKE's temporal module.
    package static func head(width: Int) -> Initial {
      Initial(
        packed: .xavier(inputs: width, outputs: 3 * width), project: .normal(0.02), expand: (.normal(0.02), .zeros),
        contract: (.normal(0.02), .zeros))
    }
  }

  private let packed: (weight: Weight, bias: Weight)
  private let project: Linear
  private let firstNorm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let secondNorm: LayerNorm
  private let headCount: Int
  private let dropRate: Double

  /// Declares the block's parameters in `scope`.
  /// - Parameter dropRate: how often attention is dropped, and what a branch adds at a token's position.
  package init(
    _ scope: ParameterScope, width: Int, heads: Int, epsilon: Float = 1e-5, dropRate: Double = 0, initial: Initial
  ) {
    let attention = scope["attn"]
    packed = (
      weight: attention.weight("in_proj_weight", [3 * width, width], initial.packed),
      bias: attention.weight("in_proj_bias", [3 * width], .zeros)
    )
    project = Linear(attention["out_proj"], inputs: width, outputs: width, weight: initial.project)
    firstNorm = LayerNorm(scope["ln_1"], dimension: width, epsilon: epsilon)
    expand = Linear(
      scope["mlp.c_fc"], inputs: width, outputs: 4 * width, weight: initial.expand.weight, bias: initial.expand.bias)
    contract = Linear(
      scope["mlp.c_proj"], inputs: 4 * width, outputs: width, weight: initial.contract.weight,
      bias: initial.contract.bias)
    secondNorm = LayerNorm(scope["ln_2"], dimension: width, epsilon: epsilon)
    headCount = heads
    self.dropRate = dropRate
  }

  /// `[N, S, W]` to `[N, S, W]`.
  /// - Parameter mask: added to the scores of attention, `[1, 1, S, S]`.
  package func callAsFunction(_ rows: Tensor, mask: Tensor?, _ pass: ForwardPass) -> Tensor {
    let packed = firstNorm(rows).linear(self.packed.weight.value, bias: self.packed.bias.value)
    let isDropping = dropRate > 0 && pass.isTraining
    let mixed =
      isDropping
      ? dropped(packed, mask, pass) : Tensor.selfAttention(packed: packed, headCount: headCount, mask: mask)
    let middle = rows + positionsDropped(project(mixed), pass)
    return middle + positionsDropped(contract(expand(secondNorm(middle), activation: .quickGELU)), pass)
  }

  /// Attention whose shares are dropped one by one.
  private func dropped(_ packed: Tensor, _ mask: Tensor?, _ pass: ForwardPass) -> Tensor {
    let (count, tokens, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3)
    let size = width / headCount
    let parts = (0..<3).map { part in
      packed.slice(part * width..<(part + 1) * width, axis: 2).reshaped(count, tokens, headCount, size)
        .permuted(0, 2, 1, 3).reshaped(count * headCount, tokens, size)
    }
    var scores = parts[0].matmul(parts[1].permuted(0, 2, 1)) / Float(size).squareRoot()
    if let mask { scores = scores + mask.reshaped(tokens, tokens) }
    let shares = pass.dropout(scores.softmax().reshaped(count, headCount, tokens, tokens), rate: dropRate)
    return shares.reshaped(count * headCount, tokens, tokens).matmul(parts[2])
      .reshaped(count, headCount, tokens, size).permuted(0, 2, 1, 3).reshaped(count, tokens, width)
  }

  /// A branch in which whole positions are dropped, of all samples together.
  private func positionsDropped(_ branch: Tensor, _ pass: ForwardPass) -> Tensor {
    guard dropRate > 0, pass.isTraining else { return branch }
    let (keep, count) = (Float(1 - dropRate), branch.shape[1])
    let factors = pass.draw(count, isPerSample: false).map { (keep + $0).rounded(.down) / keep }
    return branch * Tensor(factors, shape: [count, 1])
  }
}
