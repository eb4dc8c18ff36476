internal import SluiceNN
internal import SluiceTensor

/// A convolution that turns a clip into tokens in the order time, height, width.
struct PatchEmbedding: Sendable {
  private let weight: Weight
  private let bias: Weight
  private let window: SlidingWindow

  /// Declares `weight` `[outputs, 3, t, h, w]`, without the time axis unless it has one, and `bias` in `scope`.
  init(
    _ scope: ParameterScope, outputs: Int, kernel: GridStride, stride: GridStride, padding: GridStride,
    weight initial: Initializer, bias initialBias: Initializer? = nil, hasTimeAxis: Bool = true
  ) {
    let extents = hasTimeAxis ? kernel.axes : [kernel.height, kernel.width]
    weight = scope.weight("weight", Shape([outputs, 3] + extents), initial)
    bias = scope.weight("bias", [outputs], initialBias ?? .reciprocalRoot(inputs: 3 * kernel.count))
    window = SlidingWindow(kernel: kernel.axes, stride: stride.axes, padding: padding.axes)
  }

  /// `[B, N, outputs]` from `[B, 3, T, H, W]`.
  func callAsFunction(_ clips: Tensor) -> Tensor {
    clips.convolvedToTokens(weight.value, bias: bias.value, window: window)
  }
}

extension Tensor {
  /// `[B, 1, D]` from one token of `D` numbers: the same for each sample.
  func repeated(_ batch: Int) -> Tensor {
    reshaped(1, count).rows(at: [Int](repeating: 0, count: batch)).reshaped(batch, 1, count)
  }
}
