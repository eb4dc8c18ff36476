public import SluiceTensor

extension ForwardPass {
  /// The output of a residual branch `[B, N, D]` under stochastic depth of its tokens.
  ///
  /// In training each of the `N` positions is dropped with probability `rate`, for all samples together, and the others are
  /// scaled so that the mean stays.
  /// - Source: BIKE, whose `drop_path` meets tokens where others have samples.
  public func dropTokens(_ branch: Tensor, rate: Double) -> Tensor {
    guard rate > 0, isTraining else { return branch }
    let keep = Float(1 - rate)
    let factors = draw(branch.shape[1], isPerSample: false).map { (keep + $0).rounded(.down) / keep }
    return branch * Tensor(factors, shape: [1, factors.count, 1])
  }
}
