internal import SluiceNN
internal import SluiceTensor

/// Attention behind a norm, the branch of a skip connection.
struct NormedAttention: Sendable {
  let norm: LayerNorm
  let packed: Linear
  let project: Linear
  let headCount: Int

  init(_ scope: ParameterScope, _ configuration: SpaceTimeConfiguration) {
    let width = configuration.dimension
    norm = LayerNorm(scope["norm"], dimension: width, epsilon: 1e-5)
    packed = .plain(scope["attn.qkv"], inputs: width, outputs: 3 * width)
    project = .plain(scope["attn.proj"], inputs: width, outputs: width)
    headCount = configuration.headCount
  }

  /// `[rows, N, D]`: the tokens of each row among themselves.
  func callAsFunction(_ tokens: Tensor) -> Tensor {
    project(Tensor.selfAttention(packed: packed(norm(tokens)), headCount: headCount))
  }
}

/// One block of a TimeSformer or a ViViT.
struct SpaceTimeBlock: Sendable {
  private let time: NormedAttention?
  private let timeProject: Linear?
  /// The attention whose weights say what the block looks at.
  let space: NormedAttention
  private let norm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let dropRate: Double

  /// Declares the block's parameters in `scope`: with attention along time and space, or over the whole sequence.
  init(_ scope: ParameterScope, _ configuration: SpaceTimeConfiguration, isDivided: Bool, dropRate: Double) {
    let width = configuration.dimension
    if isDivided {
      let first = scope["attentions.0"]
      time = NormedAttention(first, configuration)
      // Silent at first, so that a pre-trained image network sees frames as it did.
      timeProject = Linear(first["temporal_fc"], inputs: width, outputs: width, weight: .zeros)
    } else {
      (time, timeProject) = (nil, nil)
    }
    space = NormedAttention(scope["attentions.\(isDivided ? 1 : 0)"], configuration)
    norm = LayerNorm(scope["ffns.0.norm"], dimension: width, epsilon: 1e-5)
    expand = .plain(scope["ffns.0.layers.0.0"], inputs: width, outputs: 4 * width)
    contract = .plain(scope["ffns.0.layers.1"], inputs: 4 * width, outputs: width)
    self.dropRate = dropRate
  }

  /// `[rows, N, D]`: the tokens of each row among themselves, then the MLP.
  func callAsFunction(_ tokens: Tensor, _ pass: ForwardPass) -> Tensor {
    feedForward(tokens + pass.dropPath(space(tokens), rate: dropRate), pass)
  }

  /// `[B, 1 + patches × steps, D]`, steps innermost: along time, along space, then the MLP.
  func divided(_ tokens: Tensor, steps: Int, _ pass: ForwardPass) -> Tensor {
    let moved = alongTime(tokens, steps: steps, pass)
    let frames = SpaceTimeBlock.frames(moved, steps: steps)
    let change = pass.dropPath(space(frames), rate: dropRate)
    return feedForward(moved + SpaceTimeBlock.sequence(change, steps: steps), pass)
  }

  /// The rows that space attention sees, without running it: for looking at its weights.
  func spaceInput(_ tokens: Tensor, steps: Int?) -> Tensor {
    guard let steps else { return tokens }
    return SpaceTimeBlock.frames(alongTime(tokens, steps: steps, .evaluation), steps: steps)
  }

  private func alongTime(_ tokens: Tensor, steps: Int, _ pass: ForwardPass) -> Tensor {
    guard let time, let timeProject else { return tokens }
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    let patchCount = (tokens.shape[1] - 1) / steps
    let patches = tokens.slice(1..<tokens.shape[1], axis: 1)
    let lanes = patches.reshaped(batch * patchCount, steps, width)
    let change = timeProject(pass.dropPath(time(lanes), rate: dropRate))
    let moved = patches + change.reshaped(patches.shape)
    return .concatenated([tokens.slice(0..<1, axis: 1), moved], axis: 1)
  }

  private func feedForward(_ tokens: Tensor, _ pass: ForwardPass) -> Tensor {
    tokens + pass.dropPath(contract(expand(norm(tokens), activation: .gelu)), rate: dropRate)
  }

  /// `[B, 1 + patches × steps, D]` to `[B × steps, 1 + patches, D]`, the class token in front of each step.
  private static func frames(_ tokens: Tensor, steps: Int) -> Tensor {
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    let patchCount = (tokens.shape[1] - 1) / steps
    let patches = tokens.slice(1..<tokens.shape[1], axis: 1).reshaped(batch, patchCount, steps, width)
      .permuted(0, 2, 1, 3).reshaped(batch * steps, patchCount, width)
    let first = tokens.slice(0..<1, axis: 1).reshaped(batch, width)
    let classes = first.rows(at: (0..<batch * steps).map { $0 / steps }).reshaped(batch * steps, 1, width)
    return .concatenated([classes, patches], axis: 1)
  }

  /// `[B × steps, 1 + patches, D]` to `[B, 1 + patches × steps, D]`, the mean of the steps' class tokens in front.
  private static func sequence(_ frames: Tensor, steps: Int) -> Tensor {
    let (batch, width) = (frames.shape[0] / steps, frames.shape[2])
    let patchCount = frames.shape[1] - 1
    let patches = frames.slice(1..<patchCount + 1, axis: 1).reshaped(batch, steps, patchCount, width)
      .permuted(0, 2, 1, 3).reshaped(batch, patchCount * steps, width)
    let classes = frames.slice(0..<1, axis: 1).reshaped(batch, steps, width).mean(over: 1).reshaped(batch, 1, width)
    return .concatenated([classes, patches], axis: 1)
  }
}

extension Linear {
  /// A linear layer as PyTorch makes it unless told otherwise: weight and bias uniform in ±1/√inputs.
  static func plain(_ scope: ParameterScope, inputs: Int, outputs: Int) -> Linear {
    Linear(
      scope, inputs: inputs, outputs: outputs, weight: .reciprocalRoot(inputs: inputs),
      bias: .reciprocalRoot(inputs: inputs))
  }
}
