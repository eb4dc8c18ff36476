internal import SluiceKernels

extension Tensor {
  /// A convolution over video that gives tokens: the embedding of patches or tubelets.
  ///
  /// - Parameters:
  ///   - weight: `[D, C, kernel…]`.
  ///   - bias: `[D]`.
  ///   - window: kernel, stride and padding over time, height and width; pictures have one time step.
  /// - Returns: `[B, N, D]` from `[B, C, T, H, W]`, tokens in the order time, height, width.
  public func convolvedToTokens(_ weight: Tensor, bias: Tensor? = nil, window: SlidingWindow) -> Tensor {
    let inner = shape.rank == 5 ? shape[1] * window.kernel.reduce(1, *) : 0
    require(
      shape.rank == 5 && weight.shape.rank > 1 && weight.count == weight.shape[0] * inner
        && weight.shape[1] == shape[1] && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
      ShapeError(
        "convolvedToTokens", [shape, weight.shape, bias?.shape ?? []],
        "wanted [B, C, T, H, W], [D, C, kernel \(window.kernel)] and [D]"))
    guard elementType == .float32 else { return floating.convolvedToTokens(weight, bias: bias, window: window) }
    let timer = OperationTimer.start()
    let isBrief = Compute.current.precision == .bfloat16
    let packed = isBrief ? weight.packedWeight() : nil
    let patches = Patches(self, window: window)
    let outputs = weight.shape[0]
    let result = Tensor(uninitialized: [shape[0], patches.count, outputs])
    let tiles = Chunks(count: shape[0] * patches.count, grain: 256, limit: .max)
    Compute.current.team.forEach(tiles.count) { tile in
      let range = tiles[tile]
      let rows = Tensor(uninitialized: [range.count, inner])
      let to = unsafe result.pointer + range.lowerBound * outputs
      patches.unfold(self, range, into: rows)
      if let packed {
        let finish = unsafe sluice_finish(result, columns: outputs).from(row: range.lowerBound)
        unsafe BFloatProduct.compute(
          rows.matrix(columns: inner), packed, rows: range.count, finish, scratch: BFloatProduct.makeScratch())
      } else {
        unsafe MatrixProduct.compute(
          Matrix(rows.pointer, stride: inner), Matrix(weight.pointer, stride: inner).transposed,
          into: Matrix(to, stride: outputs), rows: range.count, columns: outputs, inner: inner)
      }
      if let bias { unsafe sluice_add_bias(to, bias.pointer, range.count, outputs) }
    }
    timer?.stop("convolution", operations: 2 * result.count * inner)
    return result.recorded("convolution", [self, weight, bias]) {
      [
        input = detached, weight = weight.detached, needsInput = node != nil, needsWeight = weight.node != nil,
        needsBias = bias?.node != nil
      ] gradient in
      let gradient = gradient.floating
      return [
        needsInput ? patches.inputGradient(gradient, weight, shape: input.shape) : nil,
        needsWeight ? patches.weightGradient(gradient, input, isBrief: isBrief).reshaped(weight.shape) : nil,
        needsBias ? gradient.summedRows() : nil,
      ]
    }
  }
}

/// The windows of a batch of videos as rows of a matrix.
private struct Patches {
  let geometry: sluice_window
  let planes: Int
  /// Numbers in one sample.
  let sampleSize: Int
  /// Windows in one sample.
  let count: Int
  /// Numbers in one window.
  let width: Int

  init(_ video: Tensor, window: SlidingWindow) {
    let size = Array(video.shape.dimensions[2...])
    geometry = window.geometry(size)
    planes = video.shape[1]
    sampleSize = planes * size.reduce(1, *)
    count = window.result(of: size).reduce(1, *)
    width = planes * window.kernel.reduce(1, *)
  }

  /// Writes the windows in `range`, counted over the batch.
  func unfold(_ video: Tensor, _ range: Range<Int>, into rows: Tensor, at place: Int = 0) {
    var geometry = geometry
    var to = unsafe rows.pointer + place * width
    forEachSample(range) { sample, part in
      unsafe sluice_unfold(
        &geometry, video.pointer + sample * sampleSize, to, planes, part.lowerBound, part.upperBound)
      unsafe to += part.count * width
    }
  }

  /// `dW = dYᵀ · windows`, a tile of windows after the other.
  func weightGradient(_ gradient: Tensor, _ video: Tensor, isBrief: Bool) -> Tensor {
    let outputs = gradient.shape[-1]
    let result = Tensor(uninitialized: [outputs, width])
    let tiles = Chunks(
      count: video.shape[0] * count, grain: max(256, min(4096, (1 << 22) / max(width, 1))), limit: .max)
    let rows = Tensor(uninitialized: [tiles.size, width])
    for tile in 0..<tiles.count {
      let range = tiles[tile]
      Compute.current.team.forEachRange(range.count, grain: 64) { part in
        unfold(
          video, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound, into: rows,
          at: part.lowerBound)
      }
      if isBrief {
        var left = unsafe gradient.matrix(columns: outputs).from(row: range.lowerBound)
        unsafe left.is_transposed = true
        var finish = unsafe sluice_finish(result, columns: width)
        unsafe finish.accumulates = tile > 0
        unsafe BFloatProduct.shared(
          left, PackedMatrix(rows.matrix(columns: width), inner: range.count, columns: width), rows: outputs, finish)
        continue
      }
      unsafe MatrixProduct.shared(
        Matrix(gradient.pointer + range.lowerBound * outputs, stride: outputs).transposed,
        Matrix(rows.pointer, stride: width), into: Matrix(result.pointer, stride: width), rows: outputs, columns: width,
        inner: range.count, keep: tile == 0 ? 0 : 1)
    }
    return result
  }

  /// `dX`: `dY · W`, each window's numbers added where they came from; a sample at a time.
  func inputGradient(_ gradient: Tensor, _ weight: Tensor, shape: Shape) -> Tensor {
    let outputs = gradient.shape[-1]
    let result = Tensor.zeros(shape)
    Compute.current.team.forEach(shape[0]) { sample in
      var geometry = geometry
      let tiles = Chunks(count: count, grain: 256, limit: .max)
      let rows = Tensor(uninitialized: [tiles.size, width])
      for tile in 0..<tiles.count {
        let range = tiles[tile]
        unsafe MatrixProduct.compute(
          Matrix(gradient.pointer + (sample * count + range.lowerBound) * outputs, stride: outputs),
          Matrix(weight.pointer, stride: width), into: Matrix(rows.pointer, stride: width), rows: range.count,
          columns: width, inner: outputs)
        unsafe sluice_fold(
          &geometry, rows.pointer, result.pointer + sample * sampleSize, planes, range.lowerBound, range.upperBound)
      }
    }
    return result
  }

  private func forEachSample(_ range: Range<Int>, _ body: (_ sample: Int, _ part: Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let sample = start / count
      let end = min(range.upperBound, (sample + 1) * count)
      body(sample, start - sample * count..<end - sample * count)
      start = end
    }
  }
}
