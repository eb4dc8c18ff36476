extension Tensor {
  /// The product of matrices: `[…, n, k] × […, k, m]`, or `[…, n, k] × [k, m]` with one matrix for all.
  ///
  /// - Returns: `[…, n, m]`.
  public func matmul(_ other: Tensor) -> Tensor {
    require(
      shape.rank > 1 && other.shape.rank > 1 && shape[-1] == other.shape[-2]
        && (other.shape.rank == 2
          || other.shape.dimensions.dropLast(2) == shape.dimensions.dropLast(2)),
      ShapeError("matmul", [shape, other.shape], "the inner or the leading extents differ"))
    guard elementType == .float32, other.elementType == .float32 else { return floating.matmul(other.floating) }
    let (inner, columns) = (other.shape[-2], other.shape[-1])
    guard other.shape.rank > 2 else { return linear(other.permuted(1, 0)) }
    let rows = shape[-2]
    let batch = count / max(rows * inner, 1)
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape.replacing(-1, by: columns))
    MatrixProduct.batch(batch, self, other, into: result, rows: rows, columns: columns, inner: inner)
    timer?.stop("matmul", operations: 2 * batch * rows * columns * inner)
    return result.recorded("matmul", [self, other]) {
      [needsFirst = node != nil, needsSecond = other.node != nil, first = detached, second = other.detached] gradient in
      let gradient = gradient.floating
      var gradients: [Tensor?] = [nil, nil]
      if needsFirst {
        let to = Tensor(uninitialized: first.shape)
        MatrixProduct.batch(
          batch, gradient, second, into: to, rows: rows, columns: inner, inner: columns, transposingSecond: true)
        gradients[0] = to
      }
      if needsSecond {
        let to = Tensor(uninitialized: second.shape)
        MatrixProduct.batch(
          batch, first, gradient, into: to, rows: inner, columns: columns, inner: rows, transposingFirst: true)
        gradients[1] = to
      }
      return gradients
    }
  }
}

extension MatrixProduct {
  /// `batch` products of matrices that follow one another in memory; a transposed operand is stored the other way round.
  static func batch(
    _ batch: Int, _ first: Tensor, _ second: Tensor, into result: Tensor, rows: Int, columns: Int, inner: Int,
    transposingFirst: Bool = false, transposingSecond: Bool = false
  ) {
    let one = unsafe Matrix(first.pointer, stride: transposingFirst ? rows : inner)
    let two = unsafe Matrix(second.pointer, stride: transposingSecond ? inner : columns)
    let to = unsafe Matrix(result.pointer, stride: columns)
    if batch == 1 {
      shared(
        transposingFirst ? one.transposed : one, transposingSecond ? two.transposed : two, into: to, rows: rows,
        columns: columns, inner: inner)
      return
    }
    Compute.current.team.forEach(batch) { index in
      let left = unsafe Matrix(one.start + index * rows * inner, stride: one.stride)
      let right = unsafe Matrix(two.start + index * inner * columns, stride: two.stride)
      unsafe compute(
        transposingFirst ? left.transposed : left, transposingSecond ? right.transposed : right,
        into: Matrix(to.start + index * rows * columns, stride: columns), rows: rows, columns: columns, inner: inner)
    }
  }
}
