import SluiceNN
import SluiceTensor
import Testing

@Suite struct AveragingTests {
  /// A layer of two inputs and one output, and a parameter that is frozen.
  private struct Layer {
    let store = ParameterStore()
    let weight: Weight
    let frozen: Weight

    init(seed: UInt64 = 5) {
      weight = ParameterScope(store).weight("weight", [1, 2], .normal(1))
      frozen = ParameterScope(store).weight("frozen", [1, 2], .normal(1))
      store.initialize(seed: seed)
      store.freeze { $0 == "frozen" }
    }

    func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight.value) + x.linear(frozen.value) }
  }

  private func optimizer(_ average: Averaging, _ store: ParameterStore) -> Optimizer {
    var configuration = OptimizerConfiguration.sgd(.constant(0.1), weightDecay: 0, momentum: 0)
    configuration.average = average
    return Optimizer(configuration, store: store)
  }

  private let x = Tensor([1, 2], shape: [1, 2])

  /// One batch; with an update behind it if `updates`.
  private func batch(_ number: Int, _ layer: Layer, _ optimizer: Optimizer, updates: Bool = true) throws {
    layer(x * Float(number + 1)).sumOfAll().backward()
    if updates { try optimizer.step(at: TrainingProgress(step: number, stepsPerEpoch: 10, epochs: 1)) }
    optimizer.finishBatch()
  }

  @Test(arguments: [
    Averaging(decay: 0.9), Averaging(decay: 0.9, every: .micro), Averaging(decay: 0.5, ramp: 100),
    Averaging(decay: 0.9, every: .micro, ramp: 4),
  ])
  func averagesEqualTheirDefinition(averaging: Averaging) throws {
    let layer = Layer()
    let optimizer = optimizer(averaging, layer.store)
    var wanted = layer.weight.value.floats.map(Double.init)
    var moves = 0
    for number in 0..<10 {
      let updates = number % 2 == 1
      try batch(number, layer, optimizer, updates: updates)
      guard updates || averaging.every == .micro else { continue }
      var share = 1 - averaging.decay
      if averaging.ramp > 0 { share = min(share, Double(1 + moves) / Double(averaging.ramp + moves)) }
      for (index, weight) in layer.weight.value.floats.enumerated() {
        wanted[index] = (1 - share) * wanted[index] + share * Double(weight)
      }
      moves += 1
    }
    let found = try #require(optimizer.average?.values["weight"]).floats
    #expect(zip(found, wanted).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    #expect(found != layer.weight.value.floats)
    #expect(optimizer.average?.count == moves)
  }

  @Test func anAverageIsReadInsideItsScopeOnly() async throws {
    let layer = Layer()
    let optimizer = optimizer(Averaging(decay: 0.9), layer.store)
    let untouched = layer(x).floats
    #expect(optimizer.withAveragedWeights { layer(x).floats } == untouched, "before the first update")
    for number in 0..<3 { try batch(number, layer, optimizer) }
    let (raw, weights, state) = (layer(x).floats, layer.store.values["weight"]!.floats, optimizer.state)
    let average = try #require(optimizer.average?.values["weight"])
    let wanted = (x.linear(average) + x.linear(layer.frozen.value)).floats
    #expect(wanted != raw)
    optimizer.withAveragedWeights {
      #expect(layer(x).floats == wanted)
      #expect(!layer(x).requiresGradient, "nothing trains on averages")
      #expect(layer.store.values["weight"]?.floats == weights, "checkpoints take the weights")
      #expect(optimizer.state.keys == state.keys)
    }
    // Tasks started inside read the averages, others do not.
    await optimizer.withAveragedWeights {
      async let inside = Task { layer(x).floats }.value
      async let outside = Task.detached { layer(x).floats }.value
      #expect(await inside == wanted)
      #expect(await outside == raw)
    }
    #expect(throws: CancellationError.self) { try optimizer.withAveragedWeights { throw CancellationError() } }
    #expect(layer(x).floats == raw)
    // Another model's parameters of the same names stay theirs.
    let other = Layer(seed: 6)
    let own = other(x).floats
    #expect(optimizer.withAveragedWeights { other(x).floats } == own)
  }

  @Test func averagesOfSeveralModelsAreReadTogether() throws {
    let layers = [Layer(seed: 1), Layer(seed: 2)]
    let optimizers = layers.map { optimizer(Averaging(decay: 0.9), $0.store) }
    for number in 0..<3 {
      for (layer, optimizer) in zip(layers, optimizers) { try batch(number, layer, optimizer) }
    }
    let alone = zip(layers, optimizers).map { layer, optimizer in optimizer.withAveragedWeights { layer(x).floats } }
    let together = optimizers[0].withAveragedWeights {
      optimizers[1].withAveragedWeights { layers.map { $0(x).floats } }
    }
    #expect(together == alone)
  }

  @Test(arguments: Averaging.Interval.allCases) func resumedAveragesEqualThoseThatNeverStopped(
    every: Averaging.Interval
  ) throws {
    let averaging = Averaging(decay: 0.6, every: every, ramp: 3)
    let whole = Layer()
    let first = optimizer(averaging, whole.store)
    for number in 0..<4 { try batch(number, whole, first, updates: number % 2 == 1) }
    // In the middle of an accumulation.
    try batch(4, whole, first, updates: false)
    let (state, weights) = (first.state, whole.store.values.mapValues { Tensor($0.floats, shape: $0.shape) })
    let resumed = Layer(seed: 9)
    try resumed.store.load(weights, mode: .exact)
    let second = optimizer(averaging, resumed.store)
    try second.restore(state)
    let averages = try #require(first.average).values
    #expect(!averages.isEmpty)
    for (name, value) in averages { #expect(state["ema." + name]?.floats == value.floats, "\(name)") }
    for number in 5..<10 {
      try batch(number, whole, first, updates: number % 2 == 1)
      try batch(number, resumed, second, updates: number % 2 == 1)
    }
    #expect(first.state.mapValues(\.floats) == second.state.mapValues(\.floats))
    #expect(resumed.store.values.mapValues(\.floats) == whole.store.values.mapValues(\.floats))
  }

  @Test func averagesBeginAnewOrAreLeftOutWhereTheConfigurationSays() throws {
    let layer = Layer()
    let keeping = optimizer(Averaging(decay: 0.9), layer.store)
    for number in 0..<3 { try batch(number, layer, keeping) }
    let state = keeping.state
    #expect(state["ema.weight"] != nil && state["ema.frozen"] == nil && state["ema_updates"]?.floats == [3])
    let plain = optimizer(.none, layer.store)
    try plain.restore(state)
    #expect(plain.average == nil && plain.state.keys.allSatisfy { !$0.hasPrefix("ema") })
    try keeping.restore(plain.state)
    #expect(keeping.average?.values.isEmpty == true && keeping.average?.count == 0)
    var broken = state
    broken["ema.weight"] = nil
    #expect(throws: OptimizerStateError.self) { try keeping.restore(broken) }
    broken = state
    broken["ema_updates"] = Tensor([.nan], shape: [1])
    #expect(throws: OptimizerStateError.self) { try keeping.restore(broken) }
    broken = state
    broken["ema.weight"] = .zeros([2])
    #expect(throws: OptimizerStateError.self) { try keeping.restore(broken) }
    broken = state
    broken["ema.other"] = .zeros([2])
    #expect(throws: OptimizerStateError.self) { try keeping.restore(broken) }
  }
}
