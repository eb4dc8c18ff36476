internal import SluiceKernels

extension Tensor {
  /// A convolution over video that gives tokens: the embedding of patches or tubelets.
  ///
  /// - Parameters:
  ///   - weight: `[D, C, kernel…]`.
  ///   - bias: `[D]`.
  ///   - window: kernel, stride and padding over time, height and width; frames have one time step.
  /// - Returns: `[B, N, D]` from `[B, C, T, H, W]`, tokens in the order time, height, width.
  public func convolvedToTokens(_ weight: Tensor, bias: Tensor? = nil, window: SlidingWindow) -> Tensor {
    let inner = shape.rank == 5 ? shape[1] * window.kernel.reduce(1, *) : 0
    require(
      shape.rank == 5 && weight.shape.rank > 1 && weight.count == weight.shape[0] * inner
        && weight.shape[1] == shape[1] && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
      ShapeError(
        "convolvedToTokens", [shape, weight.shape, bias?.shape ?? []],
        "wanted [B, C, T, H, W], [D, C, kernel \(window.kernel)] and [D]"))
    let isBFloat16 = Compute.current.precision == .bfloat16
    let video = (isBFloat16 ? asBFloat16 : floating).detached
    let timer = OperationTimer.start()
    let patches = Patches(shape, window: window)
    let result = patches.product(video, weight, bias: bias)
    timer?.stop("convolution", operations: 2 * result.count * inner)
    return result.recorded("convolution", [self, weight, bias]) {
      [
        shape, video = weight.node == nil ? nil : video, weight = weight.detached, needsInput = node != nil,
        needsBias = bias?.node != nil
      ] gradient in
      let gradient = gradient.floating
      return [
        needsInput ? patches.inputGradient(gradient, weight, shape: shape) : nil,
        video.map { patches.weightGradient(gradient, $0).reshaped(weight.shape) },
        needsBias ? gradient.summedRows() : nil,
      ]
    }
  }
}
