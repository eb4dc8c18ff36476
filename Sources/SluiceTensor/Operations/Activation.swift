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
    unsafe Pieces(width: 1, reading: [self], writing: [result]).forEach(rows: count) { range, from, to in
      unsafe sluice_activate(activation.kernel, from[0], to[0], range.count)
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

  /// Multiplies `gradient` by the activation's derivative at this tensor's elements.
  func activateBackward(_ activation: Activation, _ gradient: Tensor, into result: Tensor) {
    unsafe Pieces(width: 1, reading: [self, gradient], writing: [result]).forEach(rows: count) { range, from, to in
      unsafe sluice_activate_backward(activation.kernel, from[0], from[1], to[0], range.count)
    }
  }
}
