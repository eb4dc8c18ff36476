internal import SluiceKernels

extension Tensor {
  /// Each row times a weight matrix, plus a bias, then an activation: `f(x Wᵀ + b)`.
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs]`.
  ///   - bias: `[outputs]`.
  ///   - activation: what is applied to the sum; nothing by default.
  /// - Returns: this tensor's shape with `outputs` in place of the last extent, which must be `inputs`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil, activation: Activation? = nil) -> Tensor {
    require(
      weight.shape.rank == 2 && shape.rank > 0 && shape[-1] == weight.shape[1],
      ShapeError("linear", [shape, weight.shape], "the last extents, inputs, differ"))
    require(
      bias.map { $0.shape == [weight.shape[0]] } ?? true,
      ShapeError("linear", [weight.shape, bias?.shape ?? []], "the bias must have one number for each output"))
    if Compute.current.precision == .bfloat16 { return bfloatLinear(weight, bias: bias, activation: activation) }
    let timer = OperationTimer.start()
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = count / max(inputs, 1)
    let sum = Tensor(uninitialized: shape.replacing(-1, by: outputs))
    let result = activation == nil ? sum : Tensor(uninitialized: sum.shape)
    unsafe MatrixProduct.shared(
      Matrix(pointer, stride: inputs), Matrix(weight.pointer, stride: inputs).transposed,
      into: Matrix(sum.pointer, stride: outputs), rows: rows, columns: outputs, inner: inputs
    ) { range in
      let start = range.lowerBound * outputs
      if let bias { unsafe sluice_add_bias(sum.pointer + start, bias.pointer, range.count, outputs) }
      guard let activation else { return }
      unsafe sluice_activate(activation.kernel, sum.pointer + start, result.pointer + start, range.count * outputs)
    }
    timer?.stop("linear", operations: 2 * rows * inputs * outputs)
    return result.recorded("linear", [self, weight, bias], replay: sum.replay(activation)) {
      [
        input = weight.node == nil ? nil : savedOrRecomputed, weight = weight.detached,
        sum = activation == nil ? nil : sum,
        needsInput = node != nil, needsWeight = weight.node != nil, needsBias = bias?.node != nil, shape
      ] gradient in
      var gradient = gradient
      if let activation, let sum {
        let inner = Tensor(uninitialized: gradient.shape)
        sum.activateBackward(activation, gradient, into: inner)
        gradient = inner
      }
      return [
        needsInput ? gradient.timesWeight(weight, shape: shape) : nil,
        needsWeight ? input.map { gradient.transposedTimes($0()) } : nil,
        needsBias ? gradient.summedRows() : nil,
      ]
    }
  }

  /// `dX = dY W` of ``linear(_:bias:activation:)``, `dY` being this tensor.
  func timesWeight(_ weight: Tensor, shape: Shape) -> Tensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let result = Tensor(uninitialized: shape)
    unsafe MatrixProduct.shared(
      Matrix(pointer, stride: outputs), Matrix(weight.pointer, stride: inputs),
      into: Matrix(result.pointer, stride: inputs), rows: count / max(outputs, 1), columns: inputs, inner: outputs)
    return result
  }

  /// `dW = dYᵀ X` of ``linear(_:bias:activation:)``, `dY` being this tensor.
  func transposedTimes(_ input: Tensor) -> Tensor {
    let (outputs, inputs) = (shape[-1], input.shape[-1])
    let result = Tensor(uninitialized: [outputs, inputs])
    unsafe MatrixProduct.shared(
      Matrix(pointer, stride: outputs).transposed, Matrix(input.pointer, stride: inputs),
      into: Matrix(result.pointer, stride: inputs), rows: outputs, columns: inputs, inner: count / max(outputs, 1))
    return result
  }

  /// The sum of all rows, rows being the last axis.
  func summedRows() -> Tensor {
    let columns = shape[-1]
    let sums = PartialSums(rows: count / max(columns, 1), width: columns)
    let pieces = Pieces(width: columns, reading: [self])
    return unsafe sums.collect { range, to in
      unsafe pieces.run(range) { rows, from, _ in unsafe sluice_sum_rows(from[0], to, rows.count, columns) }
    }
  }
}
