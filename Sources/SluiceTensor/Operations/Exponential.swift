internal import Glibc

extension Tensor {
  /// e to the power of each element; for the few numbers that are learned as logarithms.
  public func exponential() -> Tensor {
    let result = Tensor(floating.floats.map { exp($0) }, shape: shape)
    return result.recorded("exponential", [self]) { [result = result.detached] gradient in
      [withoutGradients { gradient.floating * result }]
    }
  }
}
