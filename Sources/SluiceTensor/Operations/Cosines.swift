internal import SluiceKernels

extension Tensor {
  /// Each row of the last axis divided by its length; a shorter one than `shortest` by that.
  ///
  /// - Parameter shortest: above 0, so that a row of zeros stays one.
  public func dividedByLength(atLeast shortest: Float = 1e-8) -> Tensor {
    guard elementType == .float32 else { return floating.dividedByLength(atLeast: shortest) }
    let width = shape[-1]
    let rows = count / max(width, 1)
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape)
    let lengths = (0..<rows).map { row in
      let from = unsafe pointer + row * width
      let length = unsafe Float(sluice_dot(from, from, width).squareRoot())
      unsafe sluice_scale(from, 1 / max(length, shortest), 0, result.pointer + row * width, width)
      return length
    }
    timer?.stop("dividedByLength", bytes: 8 * count)
    return result.recorded("dividedByLength", [self]) { [units = result] gradient in
      let gradient = gradient.floating
      let input = Tensor(uninitialized: gradient.shape)
      for (row, length) in lengths.enumerated() {
        let (unit, from) = unsafe (units.pointer + row * width, gradient.pointer + row * width)
        let to = unsafe input.pointer + row * width
        let inverse = 1 / max(length, shortest)
        unsafe sluice_scale(from, inverse, 0, to, width)
        // What would only make the row longer changes nothing.
        guard length >= shortest else { continue }
        unsafe sluice_add_scaled(unit, -inverse * Float(sluice_dot(unit, from, width)), to, width)
      }
      return [input]
    }
  }

  /// The cosines of the angles between these rows and others, in single precision.
  ///
  /// - Parameters:
  ///   - other: `[m, D]`.
  ///   - shortest: what lengths are taken for at least.
  /// - Returns: `[n, m]` from `[n, D]`.
  public func cosines(with other: Tensor, atLeast shortest: Float = 1e-8) -> Tensor {
    require(
      shape.rank == 2 && other.shape.rank == 2 && shape[1] == other.shape[1],
      ShapeError("cosines", [shape, other.shape], "wanted [n, D] and [m, D]"))
    let (rows, columns, width) = (shape[0], other.shape[0], shape[1])
    let across = other.dividedByLength(atLeast: shortest).permuted(1, 0)
    // As a batch of one, whose products are in single precision whatever is computed in.
    return dividedByLength(atLeast: shortest).reshaped(1, rows, width)
      .matmul(across.reshaped(1, width, columns)).reshaped(rows, columns)
  }
}
