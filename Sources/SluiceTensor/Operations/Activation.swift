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
    let result = Tensor(uninitialized: shape)
    Tensor.activate(activation, self, into: result)
    timer?.stop("activation", bytes: 8 * count)
    return result.recorded(
      "activation", [self],
      backward: { [self] gradient in
        let input = Tensor(uninitialized: shape)
        activateBackward(activation, gradient, into: input)
        return [input]
      })
  }

  static func activate(_ activation: Activation, _ input: Tensor, into output: Tensor) {
    let (from, to) = unsafe (input.pointer, output.pointer)
    Compute.current.team.forEachRange(input.count, grain: 1 << 14) { range in
      unsafe sluice_activate(activation.kernel, from + range.lowerBound, to + range.lowerBound, range.count)
    }
  }

  /// Multiplies `gradient` by the activation's derivative at this tensor's elements.
  func activateBackward(_ activation: Activation, _ gradient: Tensor, into result: Tensor) {
    let (from, upper, to) = unsafe (pointer, gradient.pointer, result.pointer)
    Compute.current.team.forEachRange(count, grain: 1 << 14) { range in
      let start = range.lowerBound
      unsafe sluice_activate_backward(activation.kernel, from + start, upper + start, to + start, range.count)
    }
  }
}
