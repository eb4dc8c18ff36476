internal import SluiceKernels

/// The constants of one momentum update.
public struct SGDUpdate: Sendable, Hashable {
  /// The learning rate.
  public var rate: Double
  /// How much of the parameter is added to the gradient.
  public var weightDecay: Double
  /// How much of the velocity stays.
  public var momentum: Double
  /// Whether the step looks ahead along the velocity, as Nesterov's does.
  public var isNesterov: Bool
  /// Whether the velocity is still to begin: it starts as the gradient itself.
  public var isFirst: Bool
  /// What the gradient is multiplied by first: clipping.
  public var scale: Float

  /// The constants of one update.
  public init(
    rate: Double, weightDecay: Double, momentum: Double, isNesterov: Bool = true, isFirst: Bool, scale: Float = 1
  ) {
    self.rate = rate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.isFirst = isFirst
    self.scale = scale
  }
}

extension Parameter {
  /// Brings the numbers and their velocity up to date in place, in one pass over memory, between two steps.
  ///
  /// `g ← g + decay·p`, `u ← μ·u + g`, `p ← p − rate·(g + μ·u)`, or `p − rate·u` without Nesterov's look ahead.
  ///
  /// - Parameters:
  ///   - gradient: of this parameter's shape.
  ///   - velocity: of this shape; changed.
  public func update(_ step: SGDUpdate, gradient: Tensor, velocity: Parameter) {
    require(
      gradient.shape == shape && velocity.shape == shape,
      ShapeError("update of \(name)", [shape, gradient.shape, velocity.shape], "shapes differ"))
    let timer = OperationTimer.start()
    let constants = sluice_sgd(
      scale: step.scale, decay: Float(step.weightDecay), momentum: Float(step.momentum), rate: Float(step.rate),
      keep: step.isFirst ? 0 : Float(step.momentum), nesterov: step.isNesterov ? 1 : 0)
    let (values, speeds, gradient) = (value.detached, velocity.value.detached, gradient.floating)
    Compute.current.team.forEachRange(values.count, grain: 1 << 15) { range in
      let start = range.lowerBound
      var constants = constants
      unsafe sluice_sgd_update(
        &constants, values.pointer + start, gradient.pointer + start, speeds.pointer + start, range.count)
    }
    values.storage.packed.forget()
    timer?.stop("sgd", bytes: 20 * values.count)
  }
}
