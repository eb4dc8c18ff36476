internal import Glibc
internal import SluiceKernels

/// The constants of one AdamW update.
///
/// - Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
public struct AdamWUpdate: Sendable, Hashable {
  /// The learning rate.
  public var rate: Double
  /// How much of `rate` times itself a parameter loses.
  public var weightDecay: Double
  /// How much of the parameter is added to the gradient, as plain Adam has it in place of the above.
  public var gradientDecay: Double = 0
  /// How much of the first moment stays.
  public var firstBeta: Double
  /// How much of the second moment stays.
  public var secondBeta: Double
  /// What is added to the root of the second moment.
  public var epsilon: Double
  /// The number of this update, from 1.
  public var count: Int
  /// What the gradient is multiplied by first: clipping.
  public var scale: Float

  /// The constants of update number `count`.
  public init(
    rate: Double, weightDecay: Double, firstBeta: Double = 0.9, secondBeta: Double = 0.999, epsilon: Double = 1e-8,
    count: Int, scale: Float = 1
  ) {
    self.rate = rate
    self.weightDecay = weightDecay
    self.firstBeta = firstBeta
    self.secondBeta = secondBeta
    self.epsilon = epsilon
    self.count = count
    self.scale = scale
  }

  var constants: sluice_adamw {
    sluice_adamw(
      beta1: Float(firstBeta), beta2: Float(secondBeta), rest1: Float(1 - firstBeta), rest2: Float(1 - secondBeta),
      scale: scale, keep: Float(1 - rate * weightDecay), size: Float(rate / (1 - pow(firstBeta, Double(count)))),
      root: Float(1 / (1 - pow(secondBeta, Double(count))).squareRoot()), epsilon: Float(epsilon))
  }
}

extension Parameter {
  /// Brings the numbers and their moments up to date in place, in one pass over memory, between two steps.
  ///
  /// - Parameters:
  ///   - gradient: of this parameter's shape.
  ///   - first: the first moment, of this shape; changed.
  ///   - second: the second moment, of this shape; changed.
  public func update(_ step: AdamWUpdate, gradient: Tensor, first: Parameter, second: Parameter) {
    require(
      gradient.shape == shape && first.shape == shape && second.shape == shape,
      ShapeError("update of \(name)", [shape, gradient.shape, first.shape, second.shape], "shapes differ"))
    let timer = OperationTimer.start()
    let constants = step.constants
    precondition(
      step.weightDecay == 0 || step.gradientDecay == 0, "update of \(name): both the parameter and its gradient decay")
    let decay = step.gradientDecay == 0 ? nil : Float(step.gradientDecay)
    let (values, gradient) = (value.detached, gradient.floating)
    let (means, squares) = (first.value.detached, second.value.detached)
    values.updatePacked(grain: 1 << 15) { range in
      let start = range.lowerBound
      var constants = constants
      let (to, slope) = unsafe (values.pointer + start, gradient.pointer + start)
      let (mean, square) = unsafe (means.pointer + start, squares.pointer + start)
      if let decay {
        unsafe sluice_adam_update(&constants, decay, to, slope, mean, square, range.count)
      } else {
        unsafe sluice_adamw_update(&constants, to, slope, mean, square, range.count)
      }
    }
    timer?.stop("adamW", bytes: 28 * values.count)
  }
}

extension Tensor {
  /// The sum of the squares of all elements; not finite exactly if an element is not.
  public var squaredNorm: Double {
    let timer = OperationTimer.start()
    let (chunks, tensor) = (Chunks(count: count, grain: 1 << 15), floating)
    let total = Tensor.partialTotals(chunks) { range in
      unsafe sluice_sum_of_squares(tensor.pointer + range.lowerBound, range.count)
    }
    timer?.stop("squaredNorm", bytes: 4 * count)
    return total
  }
}
