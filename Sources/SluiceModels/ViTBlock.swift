internal import SluiceNN
internal import SluiceTensor

/// A block of a plain vision transformer as VideoMAE has it.
struct ViTBlock: Sendable {
  /// The sizes of a stack of blocks.
  struct Sizes {
    var dimension: Int
    var headCount: Int
    var mlpRatio: Double
    var hasQueryValueBias: Bool
    var layerScale: Double?
    /// What linears begin as; Xavier if `nil`.
    var deviation: Double?
  }

  private let scales: (attention: Weight, mlp: Weight)?
  private let firstNorm: LayerNorm
  private let biases: (query: Weight, value: Weight)?
  private let packed: Weight
  private let project: Linear
  private let secondNorm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let headCount: Int
  private let dropRate: Double

  /// `depth` blocks whose stochastic depth grows from 0 to `dropPathRate`.
  static func stack(_ scope: ParameterScope, _ sizes: Sizes, depth: Int, dropPathRate: Double = 0) -> [ViTBlock] {
    (0..<depth).map { index in
      let rate = depth > 1 ? dropPathRate * Double(index) / Double(depth - 1) : 0
      return ViTBlock(scope["blocks.\(index)"], sizes, dropRate: rate)
    }
  }

  private init(_ scope: ParameterScope, _ sizes: Sizes, dropRate: Double) {
    let width = sizes.dimension
    func initial(_ inputs: Int, _ outputs: Int) -> Initializer {
      sizes.deviation.map { .truncatedNormal($0) } ?? .xavier(inputs: inputs, outputs: outputs)
    }
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> Linear {
      Linear(scope[name], inputs: inputs, outputs: outputs, weight: initial(inputs, outputs))
    }
    scales = sizes.layerScale.map { value in
      (
        attention: scope.weight("gamma_1", [width], .constant(value)),
        mlp: scope.weight("gamma_2", [width], .constant(value))
      )
    }
    firstNorm = LayerNorm(scope["norm1"], dimension: width, epsilon: 1e-6)
    let attention = scope["attn"]
    biases =
      sizes.hasQueryValueBias
      ? (query: attention.weight("q_bias", [width], .zeros), value: attention.weight("v_bias", [width], .zeros)) : nil
    packed = attention["qkv"].weight("weight", [3 * width, width], initial(width, 3 * width))
    project = linear("attn.proj", width, width)
    secondNorm = LayerNorm(scope["norm2"], dimension: width, epsilon: 1e-6)
    let hidden = Int((Double(width) * sizes.mlpRatio).rounded(.towardZero))
    expand = linear("mlp.fc1", width, hidden)
    contract = linear("mlp.fc2", hidden, width)
    headCount = sizes.headCount
    self.dropRate = dropRate
  }

  /// `[B, N, D]` to `[B, N, D]`.
  /// - Parameter mask: added to the scores of attention, as ``Tensor/selfAttention(packed:headCount:scale:bias:mask:)`` has it.
  func callAsFunction(_ tokens: Tensor, mask: Tensor? = nil, _ pass: ForwardPass) -> Tensor {
    var mixed = project(
      Tensor.selfAttention(packed: queriesKeysValues(firstNorm(tokens)), headCount: headCount, mask: mask))
    if let scales { mixed = mixed * scales.attention.value }
    let middle = tokens + pass.dropPath(mixed, rate: dropRate)
    var change = contract(expand(secondNorm(middle), activation: .gelu))
    if let scales { change = change * scales.mlp.value }
    return middle + pass.dropPath(change, rate: dropRate)
  }

  /// Keys have no bias, and what stands in its place is not trained.
  private func queriesKeysValues(_ tokens: Tensor) -> Tensor {
    guard let biases else { return tokens.linear(packed.value) }
    let query = biases.query.value
    let bias = Tensor.concatenated([query, .zeros(query.shape), biases.value.value], axis: 0)
    return tokens.linear(packed.value, bias: bias)
  }
}
