extension Tensor {
  /// The tensors behind one another along `axis`.
  ///
  /// - Precondition: at least one, with equal extents along the other axes.
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    guard let first = parts.first else { preconditionFailure("concatenated: no tensors") }
    let dimension = first.shape.index(of: axis)
    for part in parts {
      require(
        part.shape.rank == first.shape.rank
          && part.shape.replacing(dimension, by: 0) == first.shape.replacing(dimension, by: 0),
        ShapeError("concatenated", parts.map(\.shape), "extents differ elsewhere than along axis \(axis)"))
    }
    let timer = OperationTimer.start()
    let extents = parts.map { $0.shape[dimension] }
    let type = parts.allSatisfy { $0.elementType == .bfloat16 } ? ElementType.bfloat16 : .float32
    let result = Tensor(uninitialized: first.shape.replacing(dimension, by: extents.reduce(0, +)), type)
    var start = 0
    for (part, extent) in zip(parts.map { $0.converted(to: type) }, extents) {
      part.copy(into: result, axis: dimension, from: 0, to: start, extent: extent)
      start += extent
    }
    timer?.stop("concatenate", bytes: 8 * result.count)
    return result.recorded("concatenate", parts) { [wanted = parts.map { $0.node != nil }] gradient in
      var start = 0
      return zip(extents, wanted).map { extent, wanted in
        defer { start += extent }
        return wanted ? gradient.part(axis: dimension, start..<start + extent) : nil
      }
    }
  }

  /// The part of this tensor with `range` along `axis`; copies unless it is together.
  public func slice(_ range: Range<Int>, axis: Int) -> Tensor {
    let dimension = shape.index(of: axis)
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[dimension],
      ShapeError("slice", [shape], "\(range) is outside axis \(axis)"))
    let timer = OperationTimer.start()
    let result = part(axis: dimension, range)
    timer?.stop("slice", bytes: 8 * result.count)
    return result.recorded("slice", [self]) { [shape] gradient in
      let whole = Tensor.zeros(shape, gradient.elementType)
      gradient.copy(into: whole, axis: dimension, from: 0, to: range.lowerBound, extent: range.count)
      return [whole]
    }
  }

  /// Writes the part of this tensor with `range` along `axis` into `result`, which is fresh and has its shape.
  package func copySlice(_ range: Range<Int>, axis: Int, to result: Tensor) {
    precondition(
      result.shape == shape.replacing(axis, by: range.count) && result.elementType == elementType,
      "a slice of \(self) into \(result)")
    copy(into: result, axis: axis, from: range.lowerBound, to: 0, extent: range.count)
  }

  func part(axis: Int, _ range: Range<Int>) -> Tensor {
    let result = Tensor(uninitialized: shape.replacing(axis, by: range.count), elementType)
    copy(into: result, axis: axis, from: range.lowerBound, to: 0, extent: range.count)
    return result
  }

  /// Copies `extent` steps of `axis`, from `from` here to `to` there.
  private func copy(into result: Tensor, axis: Int, from: Int, to: Int, extent: Int) {
    var (outer, here, inner) = shape.around(axis)
    inner *= elementType.byteCount
    let there = result.shape[axis]
    // Few long runs (leading axis) are cut up; many short ones are shared out.
    let run = extent * inner
    let pieces = Chunks(count: run, grain: 1 << 17)
    guard run > 0 else { return }
    if outer < 16 {
      Compute.current.team.forEach(outer * pieces.count) { unit in
        let (row, range) = (unit / pieces.count, pieces[unit % pieces.count])
        unsafe (result.storage.bytes + (row * there + to) * inner + range.lowerBound).copyMemory(
          from: storage.bytes + (row * here + from) * inner + range.lowerBound, byteCount: range.count)
      }
    } else {
      Compute.current.team.forEachRange(outer, grain: max(1, (1 << 17) / run)) { rows in
        for row in rows {
          unsafe (result.storage.bytes + (row * there + to) * inner).copyMemory(
            from: storage.bytes + (row * here + from) * inner, byteCount: run)
        }
      }
    }
  }
}
