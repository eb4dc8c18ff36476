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
    ("5", Warmup.epochs(5)), ("2.5", .epochs(2.5)), ("3 epochs", .epochs(3)), ("10%", .fraction(0.1)),
    ("200 steps", .steps(200)),
  ])
  func warmupsAreReadAndWritten(text: String, warmup: Warmup) {
    #expect(Warmup(text) == warmup)
    #expect(Warmup(warmup.description) == warmup)
  }

  @Test(arguments: ["", "-1", "ten", "120%", "5 minutes", "nan%"])
  func otherTextsAreNoWarmup(text: String) {
    #expect(Warmup(text) == nil)
  }

  @Test(arguments: [
    ("none", Clipping.none), ("0.02", .perTensor(0.02)), ("each 1", .perTensor(1)), ("global 5", .global(5)),
  ])
  func clippingsAreReadAndWritten(text: String, clipping: Clipping) {
    #expect(Clipping(text) == clipping)
    #expect(Clipping(clipping.description) == clipping)
    #expect(Clipping("global") == nil && Clipping("-1") == nil && Clipping("sometimes 3") == nil)
  }

  @Test func perStepSchedulesRiseOverAShareOfTheRun() {
    let schedule = Schedule.cosine(peak: 1, warmup: .fraction(0.1), per: .step)
    let rates = (0..<100).map {
      schedule.rate(at: TrainingProgress(step: $0, of: 100, epochProgress: Double($0) / 7, of: 100.0 / 7))
    }
    #expect(rates[0] == 0.1 && rates[9] == 1)
    #expect(zip(rates[9...], rates[10...]).allSatisfy { $0 > $1 })
    #expect(abs(rates[99]) < 1e-12)
  }

  @Test func perEpochSchedulesChangeOnlyBetweenEpochs() {
    let schedule = Schedule.cosine(peak: 1, warmup: 2)
    let rates = (0..<20).map { schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 4, epochs: 5)) }
    #expect(Array(Set(rates)).count == 5)
    #expect(rates[0] == 0.5 && rates[3] == 0.5 && rates[4] == 1)
    #expect(rates[19] == 0)
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
