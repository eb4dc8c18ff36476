internal import SluiceKernels

/// A function of each number between two linear layers.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// `x` times the share of a standard normal distribution below `x`, exact (with the error function).
  case gelu
  /// `x` times the logistic function of `1.702 x`, CLIP's approximation of GELU.
  case quickGELU
  /// `x` where positive, else 0.
  case relu

  var kernel: Int32 {
    switch self {
    case .gelu: Int32(SLUICE_GELU)
    case .quickGELU: Int32(SLUICE_QUICK_GELU)
    case .relu: Int32(SLUICE_RELU)
    }
  }
}

extension Tensor {
  /// The activation of each element.
  public func activated(_ activation: Activation) -> Tensor {
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: shape, elementType)
    Compute.current.team.forEachRange(count, grain: 1 << 14) { range in
      let start = range.lowerBound
      if elementType == .bfloat16 {
        unsafe sluice_activate_bfloat(
          activation.kernel, bfloatPointer + start, result.bfloatPointer + start, range.count)
      } else {
        unsafe sluice_activate(activation.kernel, pointer + start, result.pointer + start, range.count)
      }
    }
    timer?.stop("activation", bytes: 8 * count)
    return result.recorded(
      "activation", [self],
      backward: { [self] gradient in
        let input = Tensor(uninitialized: shape, elementType)
        activateBackward(activation, gradient, into: input)
        return [input]
      })
  }

  /// How to recompute the activation of these numbers, which are kept for its gradient.
  func replay(_ activation: Activation?) -> Node.Replay? {
    guard let activation else { return nil }
    return { [sum = detached] in withoutGradients { sum.activated(activation) } }
  }

  /// Multiplies `gradient` by the activation's derivative at this tensor's elements.
  func activateBackward(_ activation: Activation, _ gradient: Tensor, into result: Tensor) {
    if [self, gradient, result].allSatisfy({ $0.elementType == .bfloat16 }) {
      return Compute.current.team.forEachRange(count, grain: 1 << 14) { range in
        let start = range.lowerBound
        unsafe sluice_activate_bfloat_backward(
          activation.kernel, bfloatPointer + start, gradient.bfloatPointer + start, result.bfloatPointer + start,
          range.count)
      }
    }
    unsafe Pieces(width: 1, reading: [self, gradient], writing: [result]).forEach(rows: count) { range, from, to in
      unsafe sluice_activate_backward(activation.kernel, from[0], from[1], to[0], range.count)
    }
  }
}
