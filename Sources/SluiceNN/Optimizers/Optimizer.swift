internal import SluicePlatform
internal import SluiceTensor

/// Trains the parameters of one store: moments, counts and the arithmetic of an update.
///
/// The state can be taken out and put back by name, exactly, so that a resumed run equals one that never stopped.
public final class Optimizer: Sendable {
  struct Memory {
    /// Updates this parameter has had.
    var count = 0
    /// AdamW's first moment, or the velocity; a parameter that no gradient reaches, for its memory changes in place.
    var first: Parameter
    /// AdamW's second moment.
    var second: Parameter?
  }

  /// What decides about updates; schedule, constants and groups may be changed between two steps, the algorithm stays.
  public var configuration: OptimizerConfiguration {
    get { settings.withLock { $0 } }
    set {
      settings.withLock { $0 = newValue }
      divided.withLock { $0 = nil }
    }
  }
  private let settings: Lock<OptimizerConfiguration>
  private let store: ParameterStore
  private let memory = Lock<[String: Memory]>([:])
  /// The groups for a set of frozen parameters: dividing them compares many names.
  private let divided = Lock<(frozen: Set<String>, groups: [ParameterGroup])?>(nil)

  /// Creates the optimiser of `store`, with no update made.
  public init(_ configuration: OptimizerConfiguration, store: ParameterStore) {
    settings = Lock(configuration)
    self.store = store
  }

  /// The groups of the parameters that are not frozen.
  public var groups: [ParameterGroup] {
    let frozen = store.frozen
    return divided.withLock { divided in
      if let divided, divided.frozen == frozen { return divided.groups }
      let groups = configuration.groups.groups(
        of: store.declarations.map { ($0.name, $0.shape.rank) }, frozen: frozen)
      divided = (frozen, groups)
      return groups
    }
  }

  /// Updates all parameters that have a gradient, and forgets the gradients.
  /// - Parameter count: batches whose gradients were added up; the update is by their mean.
  /// - Returns: what was done.
  /// - Throws: ``OptimizerError`` if a gradient is not finite; nothing has been changed then.
  @discardableResult
  public func step(
    at progress: TrainingProgress, accumulated count: Int = 1
  ) throws(OptimizerError) -> OptimizerReport {
    let share = 1 / Double(count)
    let norms = try gradientNorms().mapValues { $0 * share * share }
    // In the order of declaration, for the sum depends on it; a dictionary's own differs from run to run.
    let total = store.parameters.reduce(0) { $0 + (norms[$1.name] ?? 0) }.squareRoot()
    let configuration = configuration
    let rate = configuration.schedule.rate(at: progress)
    for (number, group) in groups.enumerated() {
      let decay = configuration.weightDecay.value(at: progress, group: number, decays: group.decays)
      for name in group.members {
        guard let parameter = store[name], let gradient = parameter.gradient, let square = norms[name] else { continue }
        let scale = configuration.clip.factor(own: square.squareRoot(), total: total)
        update(parameter, gradient, rate: rate * group.rateFactor, weightDecay: decay, scale: Float(scale * share))
        parameter.gradient = nil
      }
    }
    return OptimizerReport(learningRate: rate, gradientNorm: total)
  }

  var declarations: [ParameterDeclaration] { store.declarations }

  var parameters: [Parameter] { store.parameters }

  func snapshot() -> [String: Memory] { memory.withLock { $0 } }

  func replace(_ state: [String: Memory]) { memory.withLock { $0 = state } }

  /// The square of each gradient's norm.
  private func gradientNorms() throws(OptimizerError) -> [String: Double] {
    var squares: [String: Double] = [:]
    for parameter in store.parameters {
      guard let gradient = parameter.gradient else { continue }
      let square = gradient.squaredNorm
      guard square.isFinite else { throw OptimizerError(parameter: parameter.name) }
      squares[parameter.name] = square
    }
    return squares
  }

  private func update(_ parameter: Parameter, _ gradient: Tensor, rate: Double, weightDecay: Double, scale: Float) {
    let own = memory.withLock { memory in
      var own = memory[parameter.name] ?? makeMemory(parameter)
      own.count += 1
      memory[parameter.name] = own
      return own
    }
    switch configuration.algorithm {
    case .adamW(let firstBeta, let secondBeta, let epsilon):
      guard let second = own.second else { return }
      parameter.update(
        AdamWUpdate(
          rate: rate, weightDecay: weightDecay, firstBeta: firstBeta, secondBeta: secondBeta, epsilon: epsilon,
          count: own.count, scale: scale),
        gradient: gradient, first: own.first, second: second)
    case .sgd(let momentum, let nesterov):
      parameter.update(
        SGDUpdate(
          rate: rate, weightDecay: weightDecay, momentum: momentum, isNesterov: nesterov, isFirst: own.count == 1,
          scale: scale),
        gradient: gradient, velocity: own.first)
    }
  }

  private func makeMemory(_ parameter: Parameter) -> Memory {
    var second: Parameter?
    if case .adamW = configuration.algorithm {
      second = Parameter("second moment of \(parameter.name)", .lastingZeros(parameter.shape))
    }
    return Memory(
      first: Parameter("first moment of \(parameter.name)", .lastingZeros(parameter.shape)), second: second)
  }
}

/// What one update did.
public struct OptimizerReport: Sendable, Equatable {
  /// The schedule's rate; a group's is this times its factor.
  public var learningRate: Double
  /// The joint L2 norm of all gradients before clipping.
  public var gradientNorm: Double

  /// An update at a rate, for gradients of a norm.
  public init(learningRate: Double, gradientNorm: Double) {
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
  }
}

/// A gradient that cannot be used.
public struct OptimizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The checkpoint name of the parameter.
  public let parameter: String

  public var description: String {
    "the gradient of \(parameter) is not finite. Lower the learning rate (peak) or set clip"
  }
}
