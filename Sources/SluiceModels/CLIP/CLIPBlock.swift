package import SluiceNN
package import SluiceTensor

/// A residual block of CLIP's towers, and of heads that are built like them: attention and an MLP with QuickGELU, each behind
/// a norm.
package struct CLIPBlock: Sendable {
  /// What the weights of a block begin as.
  package struct Initial: Sendable {
    let attention: Initializer
    let projection: Initializer
    let expansion: Initializer
    let contraction: Initializer
    let expansionBias: Initializer
    let contractionBias: Initializer

    /// Of CLIP's vision tower: what PyTorch gives such layers.
    static func vision(width: Int) -> Initial {
      Initial(
        attention: .xavier(inputs: width, outputs: 3 * width), projection: .reciprocalRoot(inputs: width),
        expansion: .reciprocalRoot(inputs: width), contraction: .reciprocalRoot(inputs: 4 * width),
        expansionBias: .reciprocalRoot(inputs: width), contractionBias: .reciprocalRoot(inputs: 4 * width))
    }

    /// Of CLIP's text tower of so many blocks.
    static func text(width: Int, layers: Int) -> Initial {
      let deviation = 1 / Double(width).squareRoot()
      let output = Initializer.normal(deviation / Double(2 * layers).squareRoot())
      return Initial(
        attention: .normal(deviation), projection: output, expansion: .normal(1 / Double(2 * width).squareRoot()),
        contraction: output, expansionBias: .reciprocalRoot(inputs: width),
        contractionBias: .reciprocalRoot(inputs: 4 * width))
    }

    /// Of heads: the deviation of BERT.
    package static func head(width: Int) -> Initial {
      Initial(
        attention: .xavier(inputs: width, outputs: 3 * width), projection: .normal(0.02), expansion: .normal(0.02),
        contraction: .normal(0.02), expansionBias: .zeros, contractionBias: .zeros)
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

  /// Declares `attn.in_proj_weight` and so on in `scope`.
  /// - Parameters:
  ///   - heads: must divide `width`.
  ///   - epsilon: of both norms.
  ///   - dropRate: of dropout on the shares of attention, and of stochastic depth.
  package init(
    _ scope: ParameterScope, width: Int, heads: Int, epsilon: Float = 1e-5, dropRate: Double = 0, initial: Initial
  ) {
    packed = (
      weight: scope["attn"].weight("in_proj_weight", [3 * width, width], initial.attention),
      bias: scope["attn"].weight("in_proj_bias", [3 * width], .zeros)
    )
    project = Linear(scope["attn.out_proj"], inputs: width, outputs: width, weight: initial.projection)
    firstNorm = LayerNorm(scope["ln_1"], dimension: width, epsilon: epsilon)
    expand = Linear(
      scope["mlp.c_fc"], inputs: width, outputs: 4 * width, weight: initial.expansion, bias: initial.expansionBias)
    contract = Linear(
      scope["mlp.c_proj"], inputs: 4 * width, outputs: width, weight: initial.contraction,
      bias: initial.contractionBias)
    secondNorm = LayerNorm(scope["ln_2"], dimension: width, epsilon: epsilon)
    headCount = heads
    self.dropRate = dropRate
  }

  /// `[B, N, D]` to `[B, N, D]`.
  /// - Parameter mask: added to the scores of attention, `[1, 1, N, N]`.
  package func callAsFunction(_ rows: Tensor, mask: Tensor?, _ pass: ForwardPass) -> Tensor {
    let packed = firstNorm(rows).linear(packed.weight.value, bias: packed.bias.value)
    let middle = rows + pass.dropTokens(project(attention(packed, mask, pass)), rate: dropRate)
    return middle
      + pass.dropTokens(contract(expand(secondNorm(middle), activation: .quickGELU)), rate: dropRate)
  }

  private func attention(_ packed: Tensor, _ mask: Tensor?, _ pass: ForwardPass) -> Tensor {
    guard dropRate > 0, pass.isTraining else {
      return .selfAttention(packed: packed, headCount: headCount, mask: mask)
    }
    // With dropout all shares are there at once.
    let (batch, count, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3)
    let size = width / headCount
    let parts = packed.reshaped(batch, count, 3, headCount, size).permuted(2, 0, 3, 1, 4)
    let heads = (0..<3).map { parts.slice($0..<$0 + 1, axis: 0).reshaped(batch, headCount, count, size) }
    var scores = heads[0].matmul(heads[1].permuted(0, 1, 3, 2)) / Float(size).squareRoot()
    if let mask { scores = scores + mask }
    return pass.dropout(scores.softmax(), rate: dropRate).matmul(heads[2]).permuted(0, 2, 1, 3)
      .reshaped(batch, count, width)
  }
}
