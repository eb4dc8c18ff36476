internal import SluiceNN
internal import SluiceTensor

/// One block of a multiscale vision transformer: pooling attention and an MLP, each beside a skip connection.
struct MViTBlock: Sendable {
  let sizes: MViTBlockShape
  private let firstNorm: LayerNorm
  private let attention: any MViTAttention
  private let secondNorm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  /// Carries the skip connection to another width.
  private let widen: Linear?
  private let dropRate: Double

  /// Declares the block's parameters in `scope`, those of the attention where `makeAttention` does.
  init(
    _ scope: ParameterScope, _ sizes: MViTBlockShape, _ configuration: MViTConfiguration, index: Int,
    attention makeAttention: (ParameterScope, MViTBlockShape, MViTConfiguration) -> some MViTAttention
  ) {
    self.sizes = sizes
    dropRate =
      configuration.depth > 1 ? configuration.dropPathRate * Double(index) / Double(configuration.depth - 1) : 0
    let hidden = Int((Double(sizes.inputs) * configuration.mlpRatio).rounded())
    func linear(_ scope: ParameterScope, _ inputs: Int, _ outputs: Int) -> Linear {
      Linear(scope, inputs: inputs, outputs: outputs, weight: configuration.linear(inputs: inputs, outputs: outputs))
    }
    firstNorm = LayerNorm(scope["norm1"], dimension: sizes.inputs, epsilon: 1e-6)
    attention = makeAttention(scope["attn"], sizes, configuration)
    secondNorm = LayerNorm(scope["norm2"], dimension: sizes.inputs, epsilon: 1e-6)
    expand = linear(scope["mlp.fc1"], sizes.inputs, hidden)
    contract = linear(scope["mlp.fc2"], hidden, sizes.outputs)
    widen = sizes.inputs == sizes.outputs ? nil : linear(scope["proj"], sizes.inputs, sizes.outputs)
  }

  /// `[B, N, inputs]` to `[B, N', outputs]`.
  func callAsFunction(_ tokens: Tensor, classTokens: Int, _ pass: ForwardPass) -> Tensor {
    let mixed = attention(firstNorm(tokens), classTokens: classTokens)
    let kept = sizes.queryStride.map { stride in
      // A wider window than the stride on strided axes only.
      let kernel = stride.map(stride) { step, _ in step > 1 ? step + 1 : 1 }
      return tokens.maxPooled(
        grid: sizes.grid.axes, window: .centered(kernel: kernel, stride: stride), leading: classTokens)
    }
    let middle = (kept ?? tokens) + pass.dropPath(mixed, rate: dropRate)
    let normed = secondNorm(middle)
    let change = contract(expand(normed, activation: .gelu))
    // The skip connection to another width starts from the normalized tokens.
    return (widen?(normed) ?? middle) + pass.dropPath(change, rate: dropRate)
  }
}

/// What mixes the tokens of a block.
protocol MViTAttention: Sendable {
  /// `[B, N, D]` to `[B, N', D]`.
  func callAsFunction(_ tokens: Tensor, classTokens: Int) -> Tensor
}

/// Attention whose keys and values, and in some blocks queries, are pooled over the token grid.
/// - Source: Fan et al., "Multiscale vision transformers", ICCV 2021, section 3.1.
struct PoolingAttention: MViTAttention {
  private let sizes: MViTBlockShape
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let project: Linear
  private let queryPool: HeadPool?
  private let keyPool: HeadPool
  private let valuePool: HeadPool
  private let hasResidualPooling: Bool

  init(_ scope: ParameterScope, _ sizes: MViTBlockShape, _ configuration: MViTConfiguration) {
    self.sizes = sizes
    hasResidualPooling = configuration.hasResidualPooling
    func linear(_ name: String) -> Linear {
      Linear(
        scope[name], inputs: sizes.inputs, outputs: sizes.inputs,
        weight: configuration.linear(inputs: sizes.inputs, outputs: sizes.inputs))
    }
    (query, key, value, project) = (linear("q"), linear("k"), linear("v"), linear("proj"))
    let kernel = configuration.poolKernel
    queryPool = sizes.queryStride.map { HeadPool(scope, "q", sizes, kernel: kernel, stride: $0, epsilon: 1e-5) }
    keyPool = HeadPool(scope, "k", sizes, kernel: kernel, stride: sizes.keyValueStride, epsilon: 1e-5)
    valuePool = HeadPool(scope, "v", sizes, kernel: kernel, stride: sizes.keyValueStride, epsilon: 1e-5)
  }

  func callAsFunction(_ tokens: Tensor, classTokens: Int) -> Tensor {
    let plain = query(tokens)
    let queries = queryPool?(plain, classTokens: classTokens) ?? plain
    let keys = keyPool(key(tokens), classTokens: classTokens)
    let values = valuePool(value(tokens), classTokens: classTokens)
    var mixed = Tensor.attention(
      queries: queries, keys: keys, values: values, headCount: sizes.headCount)
    if hasResidualPooling { mixed = mixed + queries.withoutLeading(classTokens) }
    return project(mixed)
  }
}

/// A depth-wise convolution over the token grid with one set of filters for all heads, and a norm of each head's part.
struct HeadPool: Sendable {
  private let weight: Weight
  private let norm: LayerNorm
  private let sizes: MViTBlockShape
  private let kernel: GridStride
  private let stride: GridStride

  /// Declares `pool_NAME.weight` and `norm_NAME.*` in `scope`.
  init(
    _ scope: ParameterScope, _ name: String, _ sizes: MViTBlockShape, kernel: GridStride, stride: GridStride,
    epsilon: Float
  ) {
    (self.sizes, self.kernel, self.stride) = (sizes, kernel, stride)
    weight = scope["pool_\(name)"].weight(
      "weight", [sizes.headSize, 1, kernel.time, kernel.height, kernel.width],
      .reciprocalRoot(inputs: kernel.count))
    norm = LayerNorm(scope["norm_\(name)"], dimension: sizes.headSize, epsilon: epsilon)
  }

  /// `[B, N, heads × size]` to `[B, N', heads × size]`; class tokens are not convolved but normalized like all others.
  func callAsFunction(_ tokens: Tensor, classTokens: Int) -> Tensor {
    let pooled = tokens.depthwiseConvolution(
      weight.value, grid: sizes.grid.axes, window: .centered(kernel: kernel, stride: stride), leading: classTokens)
    let heads = pooled.reshaped(pooled.shape[0], pooled.shape[1], sizes.headCount, sizes.headSize)
    return norm(heads).reshaped(pooled.shape)
  }
}

extension SlidingWindow {
  /// A window padded by half its kernel.
  static func centered(kernel: GridStride, stride: GridStride) -> SlidingWindow {
    SlidingWindow(kernel: kernel.axes, stride: stride.axes, padding: kernel.axes.map { $0 / 2 })
  }
}

extension Tensor {
  /// `[B, N, D]` with zeros in the first `count` tokens of each sample.
  func withoutLeading(_ count: Int) -> Tensor {
    if count == 0 { return self }
    let keep = (0..<shape[1]).map { Float($0 < count ? 0 : 1) }
    return self * Tensor(keep, shape: [1, shape[1], 1])
  }
}
