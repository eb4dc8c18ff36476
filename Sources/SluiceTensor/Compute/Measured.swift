internal import SluiceKernels

/// The two products of a linear layer's gradients, for measurement.
package enum LinearGradients {
  /// `dX = dY W`.
  package static func input(_ gradient: Tensor, weight: Tensor) -> Tensor {
    let shape = gradient.shape.replacing(-1, by: weight.shape[1])
    return gradient.elementType == .bfloat16
      ? gradient.bfloatTimesWeight(weight, shape: shape, .bfloat16) : gradient.timesWeight(weight, shape: shape)
  }

  /// `dW = dYᵀ X`.
  package static func weight(_ gradient: Tensor, input: Tensor) -> Tensor {
    gradient.elementType == .bfloat16 ? gradient.bfloatTransposedTimes(input) : gradient.transposedTimes(input)
  }
}

/// The stream benchmark's triad, the measure of memory bandwidth.
package enum MemoryStream {
  /// `a = b + factor · c`, shared by the team.
  package static func triad(_ a: Tensor, _ b: Tensor, _ c: Tensor, factor: Float) {
    Compute.current.team.forEachRange(a.count, grain: 1 << 15) { range in
      let start = range.lowerBound
      unsafe sluice_triad(b.pointer + start, c.pointer + start, factor, a.pointer + start, range.count)
    }
  }
}
