internal import SluiceKernels

extension Tensor {
  /// ``linear(_:bias:activation:)`` with bfloat16 operands and result.
  func bfloatLinear(_ weight: Tensor, bias: Tensor?, activation: Activation?) -> Tensor {
    let input = asBFloat16
    let timer = OperationTimer.start()
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = count / max(inputs, 1)
    let result = Tensor(uninitialized: shape.replacing(-1, by: outputs), .bfloat16)
    let isRecorded = Tensor.isRecorded([self, weight, bias])
    let sum = activation == nil || !isRecorded ? nil : Tensor(uninitialized: result.shape, .bfloat16)
    let shift = bias?.floating
    var finish = unsafe sluice_finish(result, columns: outputs)
    unsafe finish.bias = shift.map { unsafe UnsafePointer($0.pointer) }
    unsafe finish.sums = sum?.bfloatPointer
    unsafe finish.activation = activation?.kernel ?? 0
    unsafe BFloatProduct.shared(
      input.matrix(columns: inputs), weight.packedWeight(), rows: rows, unsafe finish)
    extendLifetime(shift)
    timer?.stop("linear", operations: 2 * rows * inputs * outputs)
    return result.recorded("linear", [self, weight, bias], replay: sum?.replay(activation)) {
      [
        input = weight.node == nil ? nil : input.savedOrRecomputed, weight = weight.detached, sum, type = elementType,
        needsInput = node != nil, needsWeight = weight.node != nil, needsBias = bias?.node != nil, shape
      ] gradient in
      var gradient = gradient
      if let activation, let sum {
        let inner = Tensor(uninitialized: gradient.shape, .bfloat16)
        sum.activateBackward(activation, gradient, into: inner)
        gradient = inner
      }
      // From here on gradients need the room; a frozen weight has none.
      if needsWeight { weight.storage.packed.release() }
      return [
        needsInput ? gradient.bfloatTimesWeight(weight, shape: shape, type) : nil,
        needsWeight ? input.map { gradient.bfloatTransposedTimes($0()) } : nil,
        needsBias ? gradient.summedRows() : nil,
      ]
    }
  }

  /// `dX = dY W`, `dY` being this tensor.
  ///
  /// The weight is packed for this product alone: a second copy of all weights would cost more memory than time.
  func bfloatTimesWeight(_ weight: Tensor, shape: Shape, _ type: ElementType) -> Tensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let result = Tensor(uninitialized: shape, type)
    let right = unsafe PackedMatrix(weight.matrix(columns: inputs), inner: outputs, columns: inputs)
    unsafe BFloatProduct.shared(
      matrix(columns: outputs), right, rows: count / max(outputs, 1), sluice_finish(result, columns: inputs))
    return result
  }

  /// `dW = dYᵀ X`, `dY` being this tensor.
  func bfloatTransposedTimes(_ input: Tensor) -> Tensor {
    let (outputs, inputs) = (shape[-1], input.shape[-1])
    // The left operand costs more to rearrange: where there are many rows and little else, it is the smaller one.
    if outputs > inputs, count > 4 * outputs * outputs, elementType == .bfloat16, input.elementType == .bfloat16 {
      return input.bfloatTransposedTimes(self).transposed2D()
    }
    let result = Tensor(uninitialized: [outputs, inputs])
    let right = unsafe PackedMatrix(input.matrix(columns: inputs), inner: count / max(outputs, 1), columns: inputs)
    unsafe BFloatProduct.shared(
      matrix(columns: outputs, isTransposed: true), right, rows: outputs, sluice_finish(result, columns: inputs))
    return result
  }
}
