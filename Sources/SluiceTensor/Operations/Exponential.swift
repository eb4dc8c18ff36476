internal import Glibc

extension Tensor {
  /// The exponential of each element; for a few of them.
  public func exponential() -> Tensor {
    let result = Tensor(floats.map { Float(exp(Double($0))) }, shape: shape)
    return result.recorded("exponential", [self]) { [powers = result] gradient in
      [withoutGradients { gradient * powers }]
    }
  }
}
