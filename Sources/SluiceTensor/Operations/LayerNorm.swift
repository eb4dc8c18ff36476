internal import SluiceKernels

extension Tensor {
  /// Each row of the last axis brought to mean 0 and variance 1, then scaled and shifted.
  ///
  /// - Parameters:
  ///   - weight: `[D]`, the scale of each column.
  ///   - bias: `[D]`, the shift of each column.
  ///   - epsilon: added to the variance. Heads can be normalized one by one: reshape `[B, N, h × d]` to `[B, N, h, d]`.
  public func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Float) -> Tensor {
    let width = shape.rank > 0 ? shape[-1] : 0
    require(
      weight.shape == [width] && bias.shape == [width],
      ShapeError(
        "layerNorm", [shape, weight.shape, bias.shape], "weight and bias must have one number for each column"))
    let timer = OperationTimer.start()
    let rows = count / max(width, 1)
    let type = Compute.current.precision == .bfloat16 ? .bfloat16 : elementType
    let means = Tensor(uninitialized: [rows])
    let inverses = Tensor(uninitialized: [rows])
    let result = normed(weight, bias, epsilon, type, means: means, inverses: inverses)
    timer?.stop("layerNorm", bytes: 8 * count)
    let replay: Node.Replay = { [input = detached, weight = weight.detached, bias = bias.detached] in
      input.normed(weight, bias, epsilon, type, means: means, inverses: inverses)
    }
    return result.recorded("layerNorm", [self, weight, bias], replay: replay) {
      [
        input = detached, weight = weight.detached, needsInput = node != nil,
        needsWeight = weight.node != nil || bias.node != nil
      ] gradient in
      let inputGradient = needsInput ? Tensor(uninitialized: input.shape, input.elementType) : nil
      let pieces = Pieces(
        width: width, reading: [input, gradient], writing: [inputGradient].compactMap(\.self))
      let sums = unsafe PartialSums(rows: rows, width: 2 * width).collect { range, sums in
        unsafe pieces.run(range) { rows, from, to in
          let start = rows.lowerBound
          unsafe sluice_layer_norm_backward(
            from[0], weight.pointer, from[1], means.pointer + start, inverses.pointer + start, to.first,
            needsWeight ? sums : nil, needsWeight ? sums + width : nil, rows.count, width)
        }
      }
      guard needsWeight else { return [inputGradient, nil, nil] }
      return [inputGradient, sums.rows(0..<width, shape: [width]), sums.rows(width..<2 * width, shape: [width])]
    }
  }

  private func normed(
    _ weight: Tensor, _ bias: Tensor, _ epsilon: Float, _ type: ElementType, means: Tensor, inverses: Tensor
  ) -> Tensor {
    let width = shape[-1]
    let result = Tensor(uninitialized: shape, type)
    unsafe Pieces(width: width, reading: [self], writing: [result]).forEach(rows: means.count) { range, from, to in
      let start = range.lowerBound
      unsafe sluice_layer_norm(
        from[0], weight.pointer, bias.pointer, to[0], means.pointer + start, inverses.pointer + start, range.count,
        width, epsilon)
    }
    return result
  }

  /// A copy of the elements in `range`, under `shape`.
  func rows(_ range: Range<Int>, shape: Shape) -> Tensor {
    let copy = Tensor(uninitialized: shape)
    unsafe copy.pointer.update(from: pointer + range.lowerBound, count: range.count)
    return copy
  }
}
