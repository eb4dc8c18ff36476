internal import SluiceKernels

extension Parameter {
  /// Moves the numbers toward those of `target` by `share` of the way, in place, in one pass over memory, between two
  /// steps: `a ← a + share·(p − a)`, so that numbers that are equal stay as they are.
  ///
  /// - Parameters:
  ///   - target: of this parameter's shape.
  ///   - share: 0…1, for example 1e-4.
  public func move(toward target: Tensor, by share: Double) {
    require(
      target.shape == shape, ShapeError("average of \(name)", [shape, target.shape], "average and target differ"))
    let timer = OperationTimer.start()
    let (values, target) = (value.detached, target.floating)
    Compute.current.team.forEachRange(values.count, grain: 1 << 15) { range in
      let start = range.lowerBound
      unsafe sluice_average_update(Float(share), values.pointer + start, target.pointer + start, range.count)
    }
    values.storage.packed.forget()
    timer?.stop("average", bytes: 12 * values.count)
  }
}
