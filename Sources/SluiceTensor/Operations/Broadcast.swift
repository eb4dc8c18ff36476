internal import SluiceKernels

/// How two shapes are repeated to fit each other.
struct Broadcast {
  let shape: Shape
  /// Elements handled at once: the trailing axes in which both shapes agree, or one is a single number.
  private let run: Int
  /// Steps of first and second for each of the axes before the run.
  private let outer: [(extent: Int, first: Int, second: Int)]
  private let isFirstSingle: Bool
  private let isSecondSingle: Bool

  init(_ operation: String, _ first: Shape, _ second: Shape) {
    let rank = max(first.rank, second.rank)
    let one = [Int](repeating: 1, count: rank - first.rank) + first.dimensions
    let two = [Int](repeating: 1, count: rank - second.rank) + second.dimensions
    require(
      zip(one, two).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 },
      ShapeError(operation, [first, second], "extents from the last on must be equal or 1"))
    shape = Shape(zip(one, two).map { $0 == 1 ? $1 : $0 })
    var (axis, run) = (rank, 1)
    while axis > 0, one[axis - 1] == two[axis - 1] {
      axis -= 1
      run *= one[axis]
    }
    var singles = (false, false)
    if run == 1, axis > 0 {
      // The last axis of one is repeated: that one gives a single number for each run.
      singles = (one[axis - 1] == 1, two[axis - 1] == 1)
      while axis > 0, singles.0 ? one[axis - 1] == 1 : two[axis - 1] == 1 {
        axis -= 1
        run *= shape.dimensions[axis]
      }
    }
    self.run = run
    isFirstSingle = singles.0
    isSecondSingle = singles.1
    var (outer, steps) = ([(extent: Int, first: Int, second: Int)](), (singles.0 ? 1 : run, singles.1 ? 1 : run))
    for dimension in (0..<axis).reversed() {
      outer.append((shape.dimensions[dimension], one[dimension] == 1 ? 0 : steps.0, two[dimension] == 1 ? 0 : steps.1))
      steps = (steps.0 * one[dimension], steps.1 * two[dimension])
    }
    self.outer = outer
  }

  /// Where run number `index` of both operands begins.
  private func starts(_ index: Int) -> (first: Int, second: Int) {
    var (rest, first, second) = (index, 0, 0)
    for axis in outer {
      first += rest % axis.extent * axis.first
      second += rest % axis.extent * axis.second
      rest /= axis.extent
    }
    return (first, second)
  }

  typealias Kernel = (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

  /// Calls `kernel` with runs of both operands and of the result.
  func apply(_ first: Tensor, _ second: Tensor, _ kernel: Kernel) -> Tensor {
    let result = Tensor(uninitialized: shape)
    guard result.count > 0 else { return result }
    let team = Compute.current.team
    if outer.isEmpty && !isFirstSingle && !isSecondSingle {
      team.forEachRange(run, grain: 1 << 15) { range in
        let start = range.lowerBound
        unsafe kernel(first.pointer + start, second.pointer + start, result.pointer + start, range.count)
      }
      return result
    }
    team.forEachRange(result.count / run, grain: max(1, (1 << 15) / run)) { range in
      let repeated = isFirstSingle || isSecondSingle ? Tensor(uninitialized: [run]) : nil
      for index in range {
        let (one, two) = starts(index)
        var (left, right) = unsafe (first.pointer + one, second.pointer + two)
        if let repeated {
          unsafe repeated.pointer.update(repeating: isFirstSingle ? left.pointee : right.pointee, count: run)
          if isFirstSingle { unsafe left = repeated.pointer } else { unsafe right = repeated.pointer }
        }
        unsafe kernel(left, right, result.pointer + index * run, run)
      }
    }
    return result
  }
}

extension Tensor {
  /// The gradient of an operand of `shape` that was repeated to this shape: the sum over the repetitions.
  func summed(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    let lead = self.shape.rank - shape.rank
    let from = [Int](repeating: 1, count: lead) + shape.dimensions
    var current = floating
    var axis = 0
    while axis < from.count {
      guard from[axis] == 1, current.shape[axis] != 1 else {
        axis += 1
        continue
      }
      // Neighboring repeated axes are summed at once.
      var last = axis
      while last + 1 < from.count, from[last + 1] == 1, current.shape[last + 1] != 1 { last += 1 }
      current = current.summed(over: axis...last)
      axis = last + 1
    }
    return current.reshaped(shape)
  }

  /// The sum over consecutive axes, each left with extent 1.
  func summed(over axes: ClosedRange<Int>) -> Tensor {
    let dimensions = shape.dimensions
    let outer = dimensions[..<axes.lowerBound].reduce(1, *)
    let repeats = dimensions[axes].reduce(1, *)
    let inner = dimensions[(axes.upperBound + 1)...].reduce(1, *)
    var left = dimensions
    for axis in axes { left[axis] = 1 }
    let result = Tensor.zeros(Shape(left))
    if inner == 1 {
      Compute.current.team.forEachRange(outer, grain: max(1, (1 << 14) / max(repeats, 1))) { range in
        for row in range { unsafe result.pointer[row] = Float(sluice_sum(pointer + row * repeats, repeats)) }
      }
    } else if outer == 1 {
      let sums = unsafe PartialSums(rows: repeats, width: inner).collect { range, sums in
        unsafe sluice_sum_rows(pointer + range.lowerBound * inner, sums, range.count, inner)
      }
      return sums.reshaped(result.shape)
    } else {
      Compute.current.team.forEach(outer) { index in
        unsafe sluice_sum_rows(pointer + index * repeats * inner, result.pointer + index * inner, repeats, inner)
      }
    }
    return result
  }
}
