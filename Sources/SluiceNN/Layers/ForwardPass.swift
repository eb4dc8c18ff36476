public import SluicePlatform
public import SluiceTensor

/// What a model is run for: evaluation, or training with its random decisions.
public final class ForwardPass: Sendable {
  /// Uniform numbers in 0 ..< 1, as many as asked, for the rows of one random decision.
  public typealias Draws = @Sendable (_ count: Int) -> [Float]

  private let source: DrawSource?
  private let observer: (@Sendable (_ name: String, _ value: Tensor) -> Void)?
  /// Whether blocks discard what their gradients need and recompute it: less memory, a third more work.
  public let recomputesBlocks: Bool
  /// Samples that a network which can go through a batch in parts takes at a time; all for 0, its own number if `nil`.
  public let chunk: Int?

  /// A pass without random decisions.
  public static let evaluation = ForwardPass()

  private init() {
    source = nil
    observer = nil
    recomputesBlocks = false
    chunk = nil
  }

  /// A pass whose random decisions take their numbers from `source`.
  init(_ source: DrawSource, recomputesBlocks: Bool = false) {
    self.source = source
    observer = nil
    self.recomputesBlocks = recomputesBlocks
    chunk = nil
  }

  /// A pass for training, whose random decisions take their numbers from `draws`, in a fixed order.
  public init(recomputesBlocks: Bool = false, training draws: @escaping Draws) {
    source = DrawSource { count, _ in draws(count) }
    observer = nil
    self.recomputesBlocks = recomputesBlocks
    chunk = nil
  }

  /// A pass for training with numbers of `random`.
  public init(random: KeyedRandom, recomputesBlocks: Bool = false, chunk: Int? = nil) {
    source = DrawSource(random)
    observer = nil
    self.recomputesBlocks = recomputesBlocks
    self.chunk = chunk
  }

  /// A pass that shows intermediate values to `observer` under the names of the golden files.
  package init(training draws: Draws? = nil, observer: @escaping @Sendable (_ name: String, _ value: Tensor) -> Void) {
    source = draws.map { draws in DrawSource { count, _ in draws(count) } }
    self.observer = observer
    recomputesBlocks = false
    chunk = nil
  }

  /// Whether random decisions are made.
  public var isTraining: Bool { source != nil }

  /// Shows an intermediate value to the pass's observer, if it has one.
  package func observe(_ name: @autoclosure () -> String, _ value: Tensor) {
    observer?(name(), value)
  }

  /// The next numbers of a training pass.
  /// - Parameter isPerSample: whether each sample has as many of them; else all samples share them.
  package func draw(_ count: Int, isPerSample: Bool = true) -> [Float] {
    source?.next(count, isPerSample: isPerSample) ?? []
  }

  /// What parts of a batch draw from.
  var drawSource: DrawSource? { source }

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
