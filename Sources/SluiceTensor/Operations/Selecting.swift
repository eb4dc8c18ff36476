internal import SluiceKernels

extension Tensor {
  /// Rows of a matrix, in the order asked; a row may be asked for several times.
  ///
  /// Also the look-up of embeddings.
  ///
  /// - Parameter indices: numbers of rows, the first axis.
  /// - Returns: `[indices, …]` from `[rows, …]`.
  public func rows(at indices: [Int]) -> Tensor {
    let (rows, width, size) = (shape[0], shape.around(0).inner, elementType.byteCount)
    for index in indices {
      require(0 <= index && index < rows, ShapeError("rows(at:)", [shape], "there is no row \(index)"))
    }
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape.replacing(0, by: indices.count), elementType)
    Compute.current.team.forEachRange(indices.count, grain: max(1, (1 << 14) / max(width, 1))) { range in
      for row in range {
        unsafe (result.storage.bytes + row * width * size).copyMemory(
          from: storage.bytes + indices[row] * width * size, byteCount: width * size)
      }
    }
    timer?.stop("rows", bytes: 8 * result.count)
    return result.recorded("rows", [self]) { [shape] gradient in
      // One thread: rows may repeat, and the order of their sum is fixed.
      let (whole, gradient) = (Tensor.zeros(shape), gradient.floating)
      for (row, index) in indices.enumerated() {
        unsafe sluice_add(
          whole.pointer + index * width, gradient.pointer + row * width, whole.pointer + index * width, width)
      }
      return [whole]
    }
  }

  /// Tokens of each sample, in the order asked.
  ///
  /// - Parameter indices: for each sample as many numbers of tokens.
  /// - Returns: `[B, K, D]` from `[B, N, D]`.
  public func tokens(at indices: [[Int]]) -> Tensor {
    let kept = indices.first?.count ?? 0
    require(
      shape.rank == 3 && indices.count == shape[0] && indices.allSatisfy { $0.count == kept },
      ShapeError("tokens(at:)", [shape], "\(indices.count) lists, each as long as the first, \(kept); one a sample"))
    let flat = indices.enumerated().flatMap { sample, list in list.map { sample * shape[1] + $0 } }
    return reshaped(shape[0] * shape[1], shape[2]).rows(at: flat).reshaped(shape[0], kept, shape[2])
  }

  /// Rows put where `indices` say in a tensor of zeros: the reverse of ``rows(at:)``.
  ///
  /// Rows put at one index add up.
  ///
  /// - Parameters:
  ///   - indices: for each of this tensor's rows its number in the result.
  ///   - count: rows of the result.
  public func scattered(to indices: [Int], count: Int) -> Tensor {
    require(
      shape[0] == indices.count && indices.allSatisfy { 0 <= $0 && $0 < count },
      ShapeError("scattered", [shape], "wanted one number below \(count) for each of the rows"))
    let (width, tensor) = (shape.around(0).inner, floating)
    let result = Tensor.zeros(shape.replacing(0, by: count))
    for (row, index) in indices.enumerated() {
      unsafe sluice_add(
        result.pointer + index * width, tensor.pointer + row * width, result.pointer + index * width, width)
    }
    return result.recorded("scatter", [self]) { gradient in [gradient.rows(at: indices)] }
  }

  /// The tokens with those that `mask` marks replaced by one learned token.
  ///
  /// - Parameters:
  ///   - mask: for each token of the batch, in order, whether it is replaced (not 0).
  ///   - token: `D` numbers.
  /// - Returns: `[B, N, D]`, as this tensor.
  public func replacing(_ mask: [UInt8], with token: Tensor) -> Tensor {
    guard elementType == .float32 else { return floating.replacing(mask, with: token) }
    let width = shape[-1]
    require(
      token.count == width && mask.count * width == count,
      ShapeError(
        "replacing", [shape, token.shape], "wanted one mark (\(mask.count)) for each token and a token as wide"))
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape)
    Compute.current.team.forEachRange(mask.count, grain: max(1, (1 << 15) / max(width, 1))) { range in
      for row in range {
        let from = unsafe mask[row] == 0 ? pointer + row * width : token.pointer
        unsafe (result.pointer + row * width).update(from: from, count: width)
      }
    }
    timer?.stop("replace", bytes: 8 * count)
    return result.recorded("replace", [self, token]) {
      [needsInput = node != nil, needsToken = token.node != nil, tokenShape = token.shape, shape] gradient in
      let (input, gradient) = (needsInput ? Tensor(uninitialized: shape) : nil, gradient.floating)
      let sums = unsafe PartialSums(rows: mask.count, width: width).collect { range, sums in
        for row in range {
          let from = unsafe gradient.pointer + row * width
          let to = unsafe input.map { unsafe $0.pointer + row * width }
          if mask[row] == 0 {
            unsafe to?.update(from: from, count: width)
          } else {
            unsafe to?.update(repeating: 0, count: width)
            unsafe sluice_add(sums, from, sums, width)
          }
        }
      }
      return [input, needsToken ? sums.reshaped(tokenShape) : nil]
    }
  }
}
