internal import SluiceKernels

extension Tensor {
  /// A depth-wise convolution over the grid of tokens, the same for each head.
  ///
  /// - Parameters:
  ///   - weight: `[d, 1, kernel…]`, without bias; used for each group of `d` channels.
  ///   - grid: time, height and width of the grid.
  ///   - window: kernel, stride and padding.
  ///   - leading: tokens before the grid, a class token for example; they pass unchanged.
  /// - Returns: `[B, leading + grid tokens of the result, D]` from `[B, leading + grid tokens, D]`.
  public func depthwiseConvolution(_ weight: Tensor, grid: [Int], window: SlidingWindow, leading: Int) -> Tensor {
    let taps = window.kernel.reduce(1, *)
    let head = weight.shape[0]
    require(
      shape.rank == 3 && weight.count == head * taps && head > 0 && shape[2] % head == 0
        && shape[1] == leading + grid.reduce(1, *),
      ShapeError(
        "depthwiseConvolution", [shape, weight.shape],
        "wanted [B, \(leading) + tokens of the grid \(grid), D] and [d, 1, kernel \(window.kernel)] with D divisible by d"
      ))
    let timer = OperationTimer.start()
    let (batch, channels) = (shape[0], shape[2])
    let results = window.result(of: grid).reduce(1, *)
    let factors = weight.floating.reshaped(head, taps).detached.transposed2D()
    let result = Tensor(uninitialized: [batch, leading + results, channels], elementType)
    var geometry = window.geometry(grid)
    let isBFloat16 = elementType == .bfloat16
    copyLeading(leading, to: result)
    forEachGridRow(of: result, leading: leading) { sample, range in
      unsafe sluice_depthwise(
        &geometry, isBFloat16, gridStart(sample, leading), factors.pointer, result.gridStart(sample, leading), channels,
        head,
        range.lowerBound, range.upperBound)
    }
    timer?.stop("depthwiseConvolution", operations: 2 * taps * batch * results * channels)
    return result.recorded("depthwiseConvolution", [self, weight]) {
      [input = detached, geometry, shape = weight.shape, needsInput = node != nil, needsWeight = weight.node != nil]
      gradient in
      var geometry = geometry
      let gradient = gradient.converted(to: input.elementType)
      let isBFloat16 = input.elementType == .bfloat16
      var inputGradient: Tensor?
      if needsInput {
        let to = Tensor(uninitialized: input.shape, input.elementType)
        gradient.copyLeading(leading, to: to)
        to.forEachGridRow(of: to, leading: leading) { sample, range in
          unsafe sluice_depthwise_input(
            &geometry, isBFloat16, gradient.gridStart(sample, leading), factors.pointer, to.gridStart(sample, leading),
            channels, head, range.lowerBound, range.upperBound)
        }
        inputGradient = to
      }
      guard needsWeight else { return [inputGradient, nil] }
      let sums = unsafe PartialSums(rows: batch * results, width: taps * head).collect { range, sums in
        for sample in range.lowerBound / results...(range.upperBound - 1) / results {
          let rows = range.clamped(to: sample * results..<(sample + 1) * results)
          unsafe sluice_depthwise_weight(
            &geometry, isBFloat16, input.gridStart(sample, leading), gradient.gridStart(sample, leading), sums,
            channels,
            head,
            rows.lowerBound - sample * results, rows.upperBound - sample * results)
        }
      }
      return [inputGradient, sums.reshaped(taps, head).transposed2D().reshaped(shape)]
    }
  }

  /// The largest number of each window over the grid of tokens, channel by channel; positions outside do not count.
  ///
  /// - Parameters:
  ///   - grid: time, height and width of the grid.
  ///   - window: kernel, stride and padding.
  ///   - leading: tokens before the grid; they pass unchanged.
  /// - Returns: `[B, leading + grid tokens of the result, D]` from `[B, leading + grid tokens, D]`.
  public func maxPooled(grid: [Int], window: SlidingWindow, leading: Int) -> Tensor {
    require(
      shape.rank == 3 && shape[1] == leading + grid.reduce(1, *),
      ShapeError("maxPooled", [shape], "wanted [B, \(leading) + tokens of the grid \(grid), D]"))
    guard elementType == .float32 else { return floating.maxPooled(grid: grid, window: window, leading: leading) }
    let timer = OperationTimer.start()
    let (batch, channels) = (shape[0], shape[2])
    let results = window.result(of: grid).reduce(1, *)
    let result = Tensor(uninitialized: [batch, leading + results, channels])
    let taps = Storage(byteCount: batch * results * channels)
    let which = unsafe taps.bytes.assumingMemoryBound(to: UInt8.self)
    var geometry = window.geometry(grid)
    copyLeading(leading, to: result)
    forEachGridRow(of: result, leading: leading) { sample, range in
      unsafe sluice_max_pool(
        &geometry, floats(sample, leading), result.floats(sample, leading), which + sample * results * channels,
        channels, range.lowerBound, range.upperBound)
    }
    timer?.stop("maxPooled", bytes: 4 * (count + result.count))
    return result.recorded("maxPooled", [self]) { [geometry, shape] gradient in
      var geometry = geometry
      let gradient = gradient.floating
      let which = unsafe taps.bytes.assumingMemoryBound(to: UInt8.self)
      let to = Tensor(uninitialized: shape)
      gradient.copyLeading(leading, to: to)
      to.forEachGridRow(of: to, leading: leading) { sample, range in
        unsafe sluice_max_pool_input(
          &geometry, gradient.floats(sample, leading), which + sample * results * channels,
          to.floats(sample, leading), channels, range.lowerBound, range.upperBound)
      }
      return [to]
    }
  }

  /// The first number of a sample's grid.
  private func gridStart(_ sample: Int, _ leading: Int) -> UnsafeMutableRawPointer {
    unsafe storage.bytes + (sample * shape[1] + leading) * shape[2] * elementType.byteCount
  }

  private func floats(_ sample: Int, _ leading: Int) -> UnsafeMutablePointer<Float> {
    unsafe pointer + (sample * shape[1] + leading) * shape[2]
  }

  private func copyLeading(_ leading: Int, to result: Tensor) {
    guard leading > 0 else { return }
    for sample in 0..<shape[0] {
      let size = shape[2] * elementType.byteCount
      unsafe (result.storage.bytes + sample * result.shape[1] * size).copyMemory(
        from: storage.bytes + sample * shape[1] * size, byteCount: leading * size)
    }
  }

  /// Shares out the rows of the grid of `result`, sample by sample.
  private func forEachGridRow(of result: Tensor, leading: Int, _ body: (_ sample: Int, _ rows: Range<Int>) -> Void) {
    let chunks = Chunks(
      count: result.shape[1] - leading, grain: max(16, (1 << 14) / max(result.shape[2], 1)), limit: 16)
    Compute.current.team.forEach(result.shape[0] * chunks.count) { unit in
      body(unit / chunks.count, chunks[unit % chunks.count])
    }
  }
}
