internal import SluiceKernels

extension Tensor {
  /// The sum of both, element by element; extents of 1 and missing leading axes are repeated.
  public static func + (first: Tensor, second: Tensor) -> Tensor {
    let timer = OperationTimer.start()
    let result = added(first, second)
    timer?.stop("add", bytes: 12 * result.count)
    return result.recorded("add", [first, second]) {
      [needsFirst = first.node != nil, needsSecond = second.node != nil, shapes = (first.shape, second.shape)] gradient
      in
      [
        needsFirst ? gradient.summed(to: shapes.0) : nil,
        needsSecond ? gradient.summed(to: shapes.1) : nil,
      ]
    }
  }

  /// The product of both, element by element; extents of 1 and missing leading axes are repeated.
  public static func * (first: Tensor, second: Tensor) -> Tensor {
    let timer = OperationTimer.start()
    let plan = Broadcast("×", first.shape, second.shape)
    let result = unsafe plan.apply(first.floating, second.floating) { unsafe sluice_multiply($0, $1, $2, $3) }
    timer?.stop("multiply", bytes: 12 * result.count)
    return result.recorded("multiply", [first, second]) {
      [
        needsFirst = first.node != nil, needsSecond = second.node != nil, first = first.detached,
        second = second.detached
      ]
      gradient in
      [
        needsFirst ? withoutGradients { gradient * second }.summed(to: first.shape) : nil,
        needsSecond ? withoutGradients { gradient * first }.summed(to: second.shape) : nil,
      ]
    }
  }

  /// The difference, element by element; extents of 1 and missing leading axes are repeated.
  public static func - (first: Tensor, second: Tensor) -> Tensor { first + second * -1 }

  /// Each element times a number.
  public static func * (tensor: Tensor, factor: Float) -> Tensor {
    tensor.scaled(factor).recorded("scale", [tensor]) { gradient in [gradient.scaled(factor)] }
  }

  /// Each element divided by a number.
  public static func / (tensor: Tensor, divisor: Float) -> Tensor { tensor * (1 / divisor) }

  func scaled(_ factor: Float) -> Tensor {
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape)
    unsafe Pieces(width: 1, reading: [self], writing: [result]).forEach(rows: count) { range, from, to in
      unsafe sluice_scale(from[0], factor, 0, to[0], range.count)
    }
    timer?.stop("scale", bytes: 8 * count)
    return result
  }

  /// The sum of two gradients.
  func sum(consuming other: Tensor) -> Tensor {
    precondition(other.shape == shape, "sum of gradients: \(shape) and \(other.shape)")
    return Tensor.added(self, other)
  }

  /// The sum without a record; single precision, whatever is added.
  private static func added(_ first: Tensor, _ second: Tensor) -> Tensor {
    guard first.shape == second.shape else {
      let plan = Broadcast("+", first.shape, second.shape)
      return unsafe plan.apply(first.floating, second.floating) { unsafe sluice_add($0, $1, $2, $3) }
    }
    let result = Tensor(uninitialized: first.shape)
    // The single-precision one in front.
    let (one, two) = first.elementType == .float32 ? (first, second) : (second, first)
    Compute.current.team.forEachRange(result.count, grain: 1 << 15) { range in
      let (start, count) = (range.lowerBound, range.count)
      let to = unsafe result.pointer + start
      switch (one.elementType, two.elementType) {
      case (.bfloat16, _): unsafe sluice_add_bfloats(one.bfloatPointer + start, two.bfloatPointer + start, to, count)
      case (_, .bfloat16): unsafe sluice_add_bfloat(one.pointer + start, two.bfloatPointer + start, to, count)
      default: unsafe sluice_add(one.pointer + start, two.pointer + start, to, count)
      }
    }
    return result
  }
}
