public import SluicePlatform
public import SluiceTensor

/// What a model is run for: evaluation, or training with its random decisions.
public final class ForwardPass: Sendable {
  /// Uniform numbers in 0 ..< 1, as many as asked, for the rows of one random decision.
  public typealias Draws = @Sendable (_ count: Int) -> [Float]

  private let draws: Lock<Draws>?
  private let observer: (@Sendable (_ name: String, _ value: Tensor) -> Void)?
  /// Whether blocks discard what their gradients need and recompute it: less memory, a third more work.
  public let recomputesBlocks: Bool

  /// A pass without random decisions.
  public static let evaluation = ForwardPass()

  private init() {
    draws = nil
    observer = nil
    recomputesBlocks = false
  }

  /// A pass for training, whose random decisions take their numbers from `draws`, in a fixed order.
  public init(recomputesBlocks: Bool = false, training draws: @escaping Draws) {
    self.draws = Lock(draws)
    observer = nil
    self.recomputesBlocks = recomputesBlocks
  }

  /// A pass for training with numbers of `random`.
  public convenience init(random: KeyedRandom, recomputesBlocks: Bool = false) {
    let generator = Lock(random)
    self.init(recomputesBlocks: recomputesBlocks) { count in
      generator.withLock { random in (0..<count).map { _ in Float(random.next() >> 40) * 0x1p-24 } }
    }
  }

  /// A pass that shows intermediate values to `observer` under the names of the golden files.
  package init(training draws: Draws? = nil, observer: @escaping @Sendable (_ name: String, _ value: Tensor) -> Void) {
    self.draws = draws.map { Lock($0) }
    self.observer = observer
    recomputesBlocks = false
  }

  /// Whether random decisions are made.
  public var isTraining: Bool { draws != nil }

  /// Shows an intermediate value to the pass's observer, if it has one.
  package func observe(_ name: @autoclosure () -> String, _ value: Tensor) {
    observer?(name(), value)
  }

  /// The next numbers of a training pass.
  func draw(_ count: Int) -> [Float] { draws?.withLock { $0 }(count) ?? [] }

  /// The output of a residual branch under stochastic depth.
  ///
  /// In training rows of the first axis are dropped with probability `rate`, and the others scaled so that the mean stays.
  /// - Source: Huang et al., "Deep networks with stochastic depth", ECCV 2016.
  public func dropPath(_ branch: Tensor, rate: Double) -> Tensor {
    guard rate > 0, isTraining else { return branch }
    let keep = Float(1 - rate)
    let factors = draw(branch.shape[0]).map { (keep + $0).rounded(.down) / keep }
    return branch.scaled(bySample: factors)
  }

  /// Values under dropout: in training each is dropped with probability `rate`, and the others scaled so that the mean
  /// stays.
  public func dropout(_ values: Tensor, rate: Double) -> Tensor {
    guard rate > 0, isTraining else { return values }
    let keep = Float(1 - rate)
    let factors = draw(values.count).map { (keep + $0).rounded(.down) / keep }
    return values * Tensor(factors, shape: values.shape)
  }
}
