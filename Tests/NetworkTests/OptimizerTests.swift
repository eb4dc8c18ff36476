import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceTensor
import Testing

@Suite struct OptimizerTests {
  /// Two parameters of four numbers.
  private func store() throws -> ParameterStore {
    let store = ParameterStore()
    _ = ParameterScope(store).weight("a.weight", [2, 2], .normal(1))
    _ = ParameterScope(store).weight("a.bias", [4], .normal(1))
    store.initialize(seed: 5)
    return store
  }

  private func setGradients(_ store: ParameterStore, _ step: Int, scale: Float = 1) {
    for (index, parameter) in store.parameters.enumerated() {
      let values = (0..<4).map { scale * Float(($0 + 1) * (index + 1) - step) / 4 }
      parameter.gradient = Tensor(values, shape: parameter.shape)
    }
  }

  private func values(_ store: ParameterStore) -> [[Float]] { store.parameters.map(\.value.floats) }

  @Test(arguments: [
    OptimizerConfiguration.adamW(.cosine(peak: 0.1, warmup: 1), clip: .global(0.5)),
    .adam(.constant(0.1), weightDecay: 0.2),
    .sgd(.constant(0.1), weightDecay: .cosine(from: 0.01, to: 0.1), clip: .perTensor(0.5)),
  ])
  func resumedRunsEqualThoseThatNeverStopped(configuration: OptimizerConfiguration) throws {
    let (whole, first) = (try store(), try store())
    func run(_ store: ParameterStore, _ optimizer: Optimizer, _ steps: Range<Int>) throws {
      for step in steps {
        setGradients(store, step)
        try optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: 2, epochs: 5))
      }
    }
    try run(whole, Optimizer(configuration, store: whole), 0..<10)
    let before = Optimizer(configuration, store: first)
    try run(first, before, 0..<4)
    setGradients(first, 17)
    let saved = (before.state, first.values.mapValues { Tensor($0.floats, shape: $0.shape) })
    let second = try store()
    try second.load(saved.1, mode: .exact)
    let after = Optimizer(configuration, store: second)
    try after.restore(saved.0)
    #expect(second.parameters.map(\.gradient?.floats) == first.parameters.map(\.gradient?.floats))
    try run(second, after, 4..<10)
    #expect(values(second) == values(whole))
  }

  /// The head learns at the run's rate and CLIP at a share of it, all with decay; what is frozen stays to the bit.
  @Test(arguments: ["adamw", "adam", "sgd"]) func groupsOfCLIPAndHeadFollowTheirOwnRates(_ method: String) throws {
    let schedule = Schedule.constant(0.1)
    let groups = BIKELearning.groups(clipRatio: 0.25)
    let configuration: OptimizerConfiguration =
      switch method {
      case "adamw": .adamW(schedule, weightDecay: 0.2, groups: groups)
      case "adam": .adam(schedule, weightDecay: 0.2, groups: groups)
      default: .sgd(schedule, weightDecay: 0.2, momentum: 0.9, nesterov: false, groups: groups)
      }
    let names = [
      "positional_embedding", "logit_scale", "visual.ln_pre.bias", "transformer.resblocks.0.ln_1.bias",
      "video_head.transformer.resblocks.0.ln_1.bias", "sentence_head.query_fc.0.bias",
    ]
    let store = ParameterStore()
    for name in names { _ = ParameterScope(store).weight(name, [1], .constant(2)) }
    store.freeze { BIKELearning.isFrozen($0, freezesText: true, freezesVideo: false) }
    #expect(store.frozen == ["positional_embedding", "transformer.resblocks.0.ln_1.bias"])
    let optimizer = Optimizer(configuration, store: store)
    // Two updates of one gradient.
    for step in 0..<2 {
      for parameter in store.parameters where !parameter.isFrozen { parameter.gradient = Tensor([0.5], shape: [1]) }
      try optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: 2, epochs: 1))
    }
    for parameter in store.parameters {
      let rate = parameter.name.contains("head") ? 0.1 : 0.025
      var (value, mean, square, speed) = (2.0, 0.0, 0.0, 0.0)
      for count in 1...2 where !parameter.isFrozen {
        let slope = method == "adamw" ? 0.5 : 0.5 + 0.2 * value
        (mean, square) = (0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope * slope)
        speed = 0.9 * speed + slope
        let powers = count == 1 ? (0.9, 0.999) : (0.9 * 0.9, 0.999 * 0.999)
        let change = mean / (1 - powers.0) / ((square / (1 - powers.1)).squareRoot() + 1e-8)
        let kept = method == "adamw" ? value * (1 - rate * 0.2) : value
        value = kept - rate * (method == "sgd" ? speed : change)
      }
      #expect(abs(Double(parameter.value.scalar) - value) < 1e-5, "\(parameter.name)")
    }
  }

  @Test func theJointNormDoesNotDependOnTheOrderOfADictionary() throws {
    // Added up in another order, these squares give another last bit.
    func norm() throws -> Double {
      let store = ParameterStore()
      for index in 0..<40 { _ = ParameterScope(store).weight("w\(index)", [1], .normal(1)) }
      store.initialize(seed: 1)
      for (index, parameter) in store.parameters.enumerated() {
        parameter.gradient = Tensor([Float(index * index) / 7 + 1e-3], shape: [1])
      }
      let optimizer = Optimizer(.adamW(.constant(0.1), clip: .global(1)), store: store)
      return try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 1, epochs: 1)).gradientNorm
    }
    var sum = 0.0
    for index in 0..<40 {
      let value = Double(Float(index * index) / 7 + 1e-3)
      sum += value * value
    }
    let expected = sum.squareRoot()
    for _ in 0..<20 { #expect(try norm() == expected) }
  }

  @Test func aGradientThatIsNoNumberChangesNothingAndIsNamed() throws {
    let store = try store()
    let before = values(store)
    setGradients(store, 1)
    store["a.bias"]?.gradient = Tensor([1, .nan, 0, 0], shape: [4])
    let optimizer = Optimizer(.adamW(.constant(0.1)), store: store)
    let error = #expect(throws: OptimizerError.self) {
      try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 1, epochs: 1))
    }
    #expect(error?.parameter == "a.bias")
    #expect(values(store) == before)
    #expect(optimizer.state.keys.allSatisfy { $0.hasPrefix("grad.") })
  }

  @Test(arguments: [Double.nan, .infinity, 1e300]) func aRateThatIsNoNumberChangesNothingAndIsNamed(peak: Double) throws
  {
    let store = try store()
    setGradients(store, 1)
    let before = values(store)
    var configuration = OptimizerConfiguration.adamW(
      .constant(peak), groups: GroupRules([GroupRule("*weight", rate: 1e300)]))
    configuration.average = Averaging(decay: 0.9)
    let optimizer = Optimizer(configuration, store: store)
    let error = #expect(throws: OptimizerError.self) {
      try optimizer.step(at: TrainingProgress(step: 6, stepsPerEpoch: 10, epochs: 1))
    }
    #expect(error?.description.contains("learning rate of step 7 is \(peak.isNaN ? "nan" : "inf")") == true)
    #expect(values(store) == before)
    #expect(optimizer.state.keys.allSatisfy { $0.hasPrefix("grad.") })
    let decaying = Optimizer(.adamW(.constant(1), weightDecay: .constant(.infinity)), store: store)
    let other = #expect(throws: OptimizerError.self) {
      try decaying.step(at: TrainingProgress(step: 0, stepsPerEpoch: 10, epochs: 1))
    }
    #expect(other?.description.contains("weight decay of step 1 is inf") == true)
    #expect(values(store) == before)
  }

  @Test(arguments: [
    OptimizerConfiguration.adamW(.constant(0.1), clip: .global(0.5)),
    .adamW(.constant(0.1), clip: .perTensor(0.5)), .sgd(.constant(0.1)),
  ])
  func gradientsAreScaledBeforeTheyAreMeasuredAndClipped(configuration: OptimizerConfiguration) throws {
    // Three of four batches, each divided by four, are the mean of three when multiplied by 4/3. A power of two is exact.
    func stepped(_ gradientScale: Float, _ scale: Double) throws -> ([[Float]], OptimizerReport) {
      let store = try store()
      setGradients(store, 2, scale: gradientScale)
      let optimizer = Optimizer(configuration, store: store)
      let report = try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 1, epochs: 1), scale: scale)
      return (values(store), report)
    }
    let whole = try stepped(1, 1)
    #expect(try stepped(0.25, 4) == whole)
    let rest = try stepped(0.75, 4 / 3)
    #expect(abs(rest.1.gradientNorm / whole.1.gradientNorm - 1) < 1e-6)
    for (own, wanted) in zip(rest.0.joined(), whole.0.joined()) { #expect(abs(own - wanted) < 1e-6) }
  }

  @Test func countsOfUpdatesMustBeCounts() throws {
    let (first, second) = (try store(), try store())
    setGradients(first, 1)
    let optimizer = Optimizer(.adamW(.constant(0.1)), store: first)
    try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 1, epochs: 1))
    for count in [Float.nan, .infinity, -1, 0.5] {
      var state = optimizer.state
      state["step.a.bias"] = Tensor([count], shape: [1])
      #expect(throws: OptimizerStateError.self) {
        try Optimizer(.adamW(.constant(0.1)), store: second).restore(state)
      }
    }
  }

  @Test func stateOfAnotherModelIsRefused() throws {
    let optimizer = Optimizer(.adamW(.constant(0.1)), store: try store())
    #expect(throws: OptimizerStateError.self) { try optimizer.restore(["step.b": .zeros([1])]) }
    #expect(throws: OptimizerStateError.self) { try optimizer.restore(["step.a.bias": .zeros([1])]) }
    let wrong: [String: Tensor] = [
      "step.a.bias": .zeros([1]), "exp_avg.a.bias": .zeros([3]), "exp_avg_sq.a.bias": .zeros([4]),
    ]
    #expect(throws: OptimizerStateError.self) { try optimizer.restore(wrong) }
  }

  @Test func frozenParametersStayAndHaveNoGroup() throws {
    let store = try store()
    store.freeze { $0.hasSuffix("weight") }
    let before = values(store)
    setGradients(store, 2)
    let optimizer = Optimizer(.sgd(.constant(1)), store: store)
    try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 1, epochs: 1))
    #expect(values(store)[0] == before[0])
    #expect(values(store)[1] != before[1])
    #expect(optimizer.groups.flatMap(\.members) == ["a.bias"])
  }

  @Test(arguments: [
    ("none", Clipping.none), ("0", .none), ("0.02", .global(0.02)), ("each 1", .perTensor(1)), ("global 5", .global(5)),
  ])
  func clippingsAreReadAndWritten(text: String, clipping: Clipping) {
    #expect(Clipping(text) == clipping)
    #expect(Clipping(clipping.description) == clipping)
    // What is stored says which norm is meant.
    #expect(["none", "each 1.0", "global 5.0", "global 0.02"].contains(clipping.description))
    #expect(Clipping("global") == nil && Clipping("-1") == nil && Clipping("sometimes 3") == nil)
  }

  @Test func droppedRowsAreZeroAndKeptOnesGrow() {
    let branch = Tensor.full([4, 2], 3)
    let draws: [Float] = [0, 0.19, 0.2, 0.99]
    let pass = ForwardPass(training: { count in Array(draws.prefix(count)) })
    let kept = pass.dropPath(branch, rate: 0.2).floats
    #expect(kept == [0, 0, 0, 0, 3.75, 3.75, 3.75, 3.75])
    #expect(ForwardPass.evaluation.dropPath(branch, rate: 0.2).floats == branch.floats)
  }

  @Test func passesOfEqualKeysDropEqualRows() {
    func kept(_ sample: Int) -> [Float] {
      let pass = ForwardPass(random: KeyedRandom(seed: 1, epoch: 0, sample: sample, stage: "forward"))
      return pass.dropPath(.full([64, 1], 1), rate: 0.5).floats
    }
    #expect(kept(3) == kept(3))
    #expect(kept(3) != kept(4))
    #expect((16...48).contains(kept(3).filter { $0 > 0 }.count))
  }
}
