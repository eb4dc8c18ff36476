internal import SluicePlatform
internal import SluiceTensor

/// Trains the parameters of one store: moments, counts, averages and the arithmetic of an update.
///
/// The state can be taken out and put back by name, exactly, so that a resumed run equals one that never stopped.
public final class Optimizer: Sendable {
  struct Memory {
    /// Updates this parameter has had.
    var count = 0
    /// The first moment, or the velocity; a parameter that no gradient reaches, for its memory changes in place.
    var first: Parameter
    /// The second moment, of AdamW and Adam.
    var second: Parameter?
  }

  /// What decides about updates; all but the algorithm may be changed between two steps.
  ///
  /// An average that is kept with another decay from then on goes on from what it is.
  public var configuration: OptimizerConfiguration {
    get { settings.withLock { $0 } }
    set {
      settings.withLock { $0 = newValue }
      divided.withLock { $0 = nil }
      kept.withLock { $0 = Optimizer.average(newValue.average, of: store, after: $0) }
    }
  }
  private let settings: Lock<OptimizerConfiguration>
  /// The running average of the weights, if one is kept.
  public var average: AveragedWeights? { kept.withLock { $0 } }
  private let kept: Lock<AveragedWeights?>
  private let store: ParameterStore
  private let memory = Lock<[String: Memory]>([:])
  /// The groups for a set of frozen parameters: dividing them compares many names.
  private let divided = Lock<(frozen: Set<String>, groups: [ParameterGroup])?>(nil)

  /// Creates the optimizer of `store`, with no update made.
  public init(_ configuration: OptimizerConfiguration, store: ParameterStore) {
    settings = Lock(configuration)
    self.store = store
    kept = Lock(Optimizer.average(configuration.average, of: store, after: nil))
  }

  /// What is kept from now on.
  private static func average(
    _ averaging: Averaging, of store: ParameterStore, after average: AveragedWeights?
  ) -> AveragedWeights? {
    guard averaging.isKept else { return nil }
    if let average, average.averaging == averaging { return average }
    return AveragedWeights(averaging, of: store, from: average)
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

  /// Updates all parameters that have a gradient, and forgets the gradients; an average that moves with each update does.
  /// - Parameters:
  ///   - progress: where the run is; it decides about rate and decay.
  ///   - scale: what the gradients are multiplied by first, before they are measured and clipped. With gradients of
  ///     `accumulation` batches, each divided by that number, of which only `count` have come, it is
  ///     `accumulation / count`.
  /// - Returns: what was done.
  /// - Throws: ``OptimizerError`` if the rate, the decay or a gradient is not finite; nothing has been changed then.
  /// - Precondition: `scale` is finite and above 0.
  @discardableResult
  public func step(at progress: TrainingProgress, scale: Double = 1) throws(OptimizerError) -> OptimizerReport {
    precondition(scale > 0 && scale.isFinite, "gradients times \(scale): a finite number above 0 is wanted")
    let configuration = configuration
    let norms = try gradientNorms()
    // In the order of declaration, for the sum depends on it; a dictionary's own differs from run to run.
    let total = store.parameters.reduce(0) { $0 + (norms[$1.name] ?? 0) }.squareRoot() * scale
    let rate = configuration.schedule.rate(at: progress)
    let groups = groups
    let decays = groups.enumerated().map { number, group in
      configuration.weightDecay.value(at: progress, group: number, factor: group.decayFactor)
    }
    try check(rate, decays, groups, progress)
    average?.begin()
    for (group, decay) in zip(groups, decays) {
      for name in group.members {
        guard let parameter = store[name], let gradient = parameter.gradient, let square = norms[name] else { continue }
        let clip = configuration.clip.factor(own: square.squareRoot() * scale, total: total)
        update(parameter, gradient, rate: rate * group.rateFactor, weightDecay: decay, scale: Float(clip * scale))
        parameter.gradient = nil
      }
    }
    if let average, average.averaging.every == .update { average.move() }
    return OptimizerReport(learningRate: rate, gradientNorm: total)
  }

  /// To be called behind each batch, also behind those that only add to gradients, and behind its ``step(at:scale:)`` if
  /// it made one: an average that moves with each batch does.
  public func finishBatch() {
    guard let average, average.averaging.every == .micro else { return }
    average.begin()
    average.move()
  }

  /// Runs `body` with the model reading the averages of its weights; the weights themselves where no average is kept or
  /// none has moved yet.
  ///
  /// Nothing is copied or exchanged: only this task and those started inside read the averages, and the parameters, with
  /// what checkpoints take of them, stay what they are. No gradient flows to what is read.
  public func withAveragedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    try store.substituting(average?.values ?? [:], body)
  }

  /// Runs an asynchronous `body` with the model reading the averages of its weights.
  public func withAveragedWeights<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await store.substituting(average?.values ?? [:], isolation: isolation, body)
  }

  var declarations: [ParameterDeclaration] { store.declarations }

  var frozen: Set<String> { store.frozen }

  var parameters: [Parameter] { store.parameters }

  func snapshot() -> [String: Memory] { memory.withLock { $0 } }

  func replace(_ state: [String: Memory]) { memory.withLock { $0 = state } }

  /// The square of each gradient's norm, as it is.
  private func gradientNorms() throws(OptimizerError) -> [String: Double] {
    var squares: [String: Double] = [:]
    for parameter in store.parameters {
      guard let gradient = parameter.gradient else { continue }
      let square = gradient.squaredNorm
      guard square.isFinite else { throw OptimizerError(.gradient(parameter.name)) }
      squares[parameter.name] = square
    }
    return squares
  }

  private func check(
    _ rate: Double, _ decays: [Double], _ groups: [ParameterGroup], _ progress: TrainingProgress
  ) throws(OptimizerError) {
    guard rate.isFinite else { throw OptimizerError(.rate(rate, step: progress.step + 1)) }
    for (group, decay) in zip(groups, decays) {
      let own = rate * group.rateFactor
      guard own.isFinite else { throw OptimizerError(.rate(own, step: progress.step + 1)) }
      guard decay.isFinite else { throw OptimizerError(.decay(decay, step: progress.step + 1)) }
    }
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
    case .adam(let firstBeta, let secondBeta, let epsilon):
      guard let second = own.second else { return }
      var step = AdamWUpdate(
        rate: rate, weightDecay: 0, firstBeta: firstBeta, secondBeta: secondBeta, epsilon: epsilon, count: own.count,
        scale: scale)
      step.gradientDecay = weightDecay
      parameter.update(step, gradient: gradient, first: own.first, second: second)
    case .sgd(let momentum, let nesterov):
      parameter.update(
        SGDUpdate(
          rate: rate, weightDecay: weightDecay, momentum: momentum, isNesterov: nesterov, isFirst: own.count == 1,
          scale: scale),
        gradient: gradient, velocity: own.first)
    }
  }

  private func makeMemory(_ parameter: Parameter) -> Memory {
    let second =
      configuration.algorithm.momentCount > 1
      ? Parameter("second moment of \(parameter.name)", .persistentZeros(parameter.shape)) : nil
    return Memory(
      first: Parameter("first moment of \(parameter.name)", .persistentZeros(parameter.shape)), second: second)
  }
}
