extension Tensor {
  /// The same elements with the axes in another order; copies.
  ///
  /// - Parameter axes: for each axis of the result, the axis of this tensor it comes from.
  public func permuted(_ axes: Int...) -> Tensor { permuted(axes) }

  /// The same elements with the axes in another order; copies.
  public func permuted(_ axes: [Int]) -> Tensor {
    require(
      axes.sorted() == Array(0..<shape.rank),
      ShapeError("permute", [shape], "\(axes) does not name each of the axes once"))
    let timer = OperationTimer.start()
    let result = rearranged(axes)
    timer?.stop("permute", bytes: 8 * count)
    return result.recorded("permute", [self]) { gradient in
      [gradient.rearranged(axes.indices.sorted { axes[$0] < axes[$1] })]
    }
  }

  private func rearranged(_ axes: [Int]) -> Tensor {
    let result = Tensor(uninitialized: Shape(axes.map { shape[$0] }), elementType)
    let size = elementType.byteCount
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in (0..<max(shape.rank - 1, 0)).reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let steps = axes.map { strides[$0] }
    // Runs of the last axis are copied at once where they are together.
    let run = result.shape.rank > 0 ? result.shape[-1] : 1
    let step = steps.last ?? 1
    let outer = run == 0 ? 0 : count / run
    Compute.current.team.forEachRange(outer, grain: max(1, (1 << 13) / max(run, 1))) { range in
      for row in range {
        var (rest, from) = (row, 0)
        for axis in (0..<max(steps.count - 1, 0)).reversed() {
          from += rest % result.shape[axis] * steps[axis]
          rest /= result.shape[axis]
        }
        let to = unsafe result.storage.bytes + row * run * size
        if step == 1 {
          unsafe to.copyMemory(from: storage.bytes + from * size, byteCount: run * size)
        } else if elementType == .float32 {
          let (source, to) = unsafe (pointer + from, result.pointer + row * run)
          for index in 0..<run { unsafe to[index] = source[index * step] }
        } else {
          let (source, to) = unsafe (bfloatPointer + from, result.bfloatPointer + row * run)
          for index in 0..<run { unsafe to[index] = source[index * step] }
        }
      }
    }
    return result
  }

  /// Rows and columns of a matrix exchanged, without a record.
  func transposed2D() -> Tensor { detached.rearranged([1, 0]) }
}
