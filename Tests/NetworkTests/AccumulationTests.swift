import SluiceFlow
import SluiceLoss
import SluiceNN
import SluiceOptimize
import SluiceTensor
import SluiceTraining
import Testing

/// Updates of the gradients of several batches: what is applied when, and by which rate.
@Suite struct AccumulationTests {
  /// Two inputs and a target each.
  private struct Points: Source {
    let count: Int
    var broken: Set<Int> = []

    func element(at index: Int, context: ElementContext) throws -> [Float] {
      if broken.contains(index) { throw OptimizerStateErrorStandIn() }
      return [Float(index % 5) - 2, Float(index % 3), Float(index) / 4]
    }
  }

  private struct OptimizerStateErrorStandIn: Error {}

  private struct Line: TrainingModel {
    let parameters = ParameterStore()
    let layer: Linear

    init() {
      layer = Linear(ParameterScope(parameters)["layer"], inputs: 2, outputs: 1, weight: .normal(0.5))
      parameters.initialize(seed: 2)
    }

    func callAsFunction(_ batch: [[Float]], _ pass: ForwardPass) -> Tensor {
      layer(Tensor(batch.flatMap { $0.prefix(2) }, shape: [batch.count, 2]))
    }
  }

  private struct Squares: Objective {
    func loss(of output: Tensor, for batch: [[Float]]) -> LossTerms {
      LossTerms(
        output.loss(to: Tensor(batch.map { $0[2] }, shape: [batch.count, 1])), metrics: ["first": Double(batch[0][2])],
        answers: ["rows": [batch.count: 1, 0: batch.count]])
    }
  }

  private func pipeline(_ model: Line, _ points: Points, batch: Int, _ optimize: Optimize) -> Pipeline<StepReport> {
    Pipeline("points") {
      points.shuffled().batch(batch)
      Step {
        Model(model: model)
        Loss(Squares())
        optimize
      }
    }
  }

  private struct Model: Stage {
    let model: Line

    func callAsFunction(_ batch: [[Float]], context: ElementContext) -> Prediction<[[Float]], Tensor> {
      Prediction(batch: batch, output: model(batch, .evaluation))
    }
  }

  /// What a run does, computed by hand from the batches of the same run.
  private func expected(
    _ points: Points, batch: Int, _ options: RunOptions, _ configuration: OptimizerConfiguration, accumulation: Int
  ) async throws -> (reports: [StepReport], weights: [[Float]], averages: [[Float]]) {
    let source = Pipeline("points") { points.shuffled().batch(batch) }
    var batches: [Delivery<[[Float]]>] = []
    for try await delivery in source.run(options).deliveries { batches.append(delivery) }
    let model = Line()
    let optimizer = Optimizer(configuration, store: model.parameters)
    var reports: [StepReport] = []
    var (losses, firsts): ([Double], [Double]) = ([], [])
    for (index, delivery) in batches.enumerated() {
      let terms = Squares().loss(of: model(delivery.output, .evaluation), for: delivery.output)
      terms.terms[0].value.backward()
      losses.append(Double(terms.terms[0].value.scalar))
      firsts.append(terms.metrics["first"] ?? 0)
      if losses.count == accumulation || index == batches.count - 1 {
        // Epochs before the batch: its first sample's index in the stream.
        let before = index == 0 ? 0 : Double(batches[index - 1].position.sources[0].consumed)
        let report = try optimizer.step(
          at: TrainingProgress(
            batch: index, of: source.extent(of: options).length.outputs, accumulation: accumulation,
            epochProgress: before / Double(points.count), of: source.extent(of: options).length.epochs),
          scale: 1 / Double(losses.count))
        reports.append(
          StepReport(
            step: reports.count + 1, epoch: batches[index - losses.count + 1].epoch,
            loss: losses.reduce(0, +) / Double(losses.count), learningRate: report.learningRate,
            gradientNorm: report.gradientNorm, sampleCount: losses.count * batch,
            metrics: ["first": firsts.reduce(0, +) / Double(firsts.count)],
            answers: ["rows": [batch: losses.count, 0: losses.count * batch]]))
        (losses, firsts) = ([], [])
      }
      optimizer.finishBatch()
    }
    return (
      reports, model.parameters.parameters.map(\.value.floats),
      (optimizer.average?.values.sorted { $0.key < $1.key } ?? []).map(\.value.floats)
    )
  }

  @Test(arguments: [1, 2, 3, 5, 100], [Averaging.Interval.update, .micro])
  func updatesEqualThoseByHand(accumulation: Int, every: Averaging.Interval) async throws {
    // Seven batches of which five make no whole number of updates, and epochs that end inside one.
    let (points, options) = (Points(count: 9), RunOptions(seed: 1, epochs: 3))
    for schedule in [
      Schedule.cosine(peak: 0.05, warmup: .fraction(0.3), per: .step), .cosine(peak: 0.05, warmup: 0, per: .batch),
      .fractionalCosine(peak: 0.05, warmup: 1), .scaledCosine(peak: 0.05, warmup: 0.5),
    ] {
      var configuration = OptimizerConfiguration.adamW(schedule, clip: .global(1))
      configuration.average = Averaging(decay: 0.7, every: every)
      let wanted = try await expected(points, batch: 4, options, configuration, accumulation: accumulation)
      let model = Line()
      let optimize = Optimize(model.parameters, configuration, accumulation: accumulation)
      var reports: [StepReport] = []
      for try await report in pipeline(model, points, batch: 4, optimize).run(options) { reports.append(report) }
      #expect(reports == wanted.reports)
      #expect(reports.count == (7 + accumulation - 1) / accumulation)
      #expect(model.parameters.parameters.map(\.value.floats) == wanted.weights)
      let averages = try #require(optimize.state.optimizer.average?.values)
      #expect(averages.sorted { $0.key < $1.key }.map(\.value.floats) == wanted.averages)
      #expect(model.parameters.parameters.allSatisfy { $0.gradient == nil })
    }
  }

  @Test func aRunResumedBehindAnyUpdateEqualsOneThatNeverStopped() async throws {
    var configuration = OptimizerConfiguration.adamW(.cosine(peak: 0.05, warmup: .fraction(0.3), per: .step))
    configuration.average = Averaging(decay: 0.7, every: .micro, ramp: 3)
    let (points, options) = (
      Points(count: 10, broken: [3, 7]), RunOptions(seed: 1, epochs: 3, maxFailures: nil)
    )
    func optimize(_ model: Line) -> Optimize { Optimize(model.parameters, configuration, accumulation: 3) }
    let whole = Line()
    var reports: [StepReport] = []
    for try await report in pipeline(whole, points, batch: 3, optimize(whole)).run(options) { reports.append(report) }
    for kill in 1..<reports.count {
      let first = Line()
      let before = optimize(first)
      let run = pipeline(first, points, batch: 3, before).run(options)
      var found: [StepReport] = []
      for try await report in run {
        found.append(report)
        if found.count == kill { break }
      }
      let position = run.position
      await run.close()
      // Between two updates nothing of a gradient is left to be saved.
      #expect(before.state.optimizer.state.keys.allSatisfy { !$0.hasPrefix("grad.") })
      let second = Line()
      try second.parameters.load(first.parameters.values, mode: .exact)
      let after = optimize(second)
      try after.state.optimizer.restore(before.state.optimizer.state)
      var rest = options
      rest.start = position
      for try await report in pipeline(second, points, batch: 3, after).run(rest) { found.append(report) }
      #expect(found == reports)
      #expect(second.parameters.parameters.map(\.value.floats) == whole.parameters.parameters.map(\.value.floats))
    }
  }

  @Test func gradientsOfARunThatWasAbortedAreForgotten() async throws {
    let configuration = OptimizerConfiguration.sgd(.constant(0.01), momentum: 0)
    func weights(spoiled: Bool) async throws -> [[Float]] {
      let model = Line()
      let optimize = Optimize(model.parameters, configuration, accumulation: 2)
      if spoiled {
        for parameter in model.parameters.parameters { parameter.gradient = .full(parameter.shape, 5) }
      }
      for try await _ in pipeline(model, Points(count: 8), batch: 2, optimize).run(RunOptions(steps: 2)) {}
      return model.parameters.parameters.map(\.value.floats)
    }
    #expect(try await weights(spoiled: true) == weights(spoiled: false))
  }

  @Test func anAverageThatIsChangedLaterIsKeptFromThenOn() throws {
    let model = Line()
    let optimizer = Optimizer(.sgd(.constant(0.1), momentum: 0), store: model.parameters)
    func step(_ number: Int) throws {
      model([[1, 2, 3]], .evaluation).sumOfAll().backward()
      try optimizer.step(at: TrainingProgress(step: number, stepsPerEpoch: 10, epochs: 1))
    }
    try step(0)
    #expect(optimizer.average == nil)
    optimizer.configuration.average = Averaging(decay: 0.5)
    let before = try #require(model.parameters["layer.weight"]).value.floats
    try step(1)
    let after = try #require(model.parameters["layer.weight"]).value.floats
    let average = try #require(optimizer.average?.values["layer.weight"]).floats
    for (value, (old, new)) in zip(average, zip(before, after)) { #expect(abs(value - (old + new) / 2) < 1e-6) }
    // Another decay goes on from what there is.
    optimizer.configuration.average.decay = 0.9
    #expect(optimizer.average?.averaging.decay == 0.9 && optimizer.average?.count == 1)
    #expect(optimizer.average?.values["layer.weight"]?.floats == average)
    let state = optimizer.state
    #expect(try optimizer.restore(state) == nil)
    optimizer.configuration.average = .none
    #expect(optimizer.average == nil)
    #expect(try optimizer.restore(state) == .dropped)
    let without = optimizer.state
    optimizer.configuration.average = Averaging(decay: 0.5)
    #expect(try optimizer.restore(without) == .begun)
  }

  @Test func aRunThatTrainsLessThanOneMayThinkSaysSo() throws {
    func remarks(
      _ schedule: Schedule, accumulation: Int = 1, epochs: Int? = nil, steps: Int? = nil
    ) throws -> String {
      let model = Line()
      let optimize = Optimize(model.parameters, .adamW(schedule), accumulation: accumulation)
      return try pipeline(model, Points(count: 12), batch: 4, optimize).remarks(
        on: RunOptions(epochs: epochs, steps: steps)
      ).joined(separator: "\n")
    }
    #expect(try remarks(.cosine(peak: 1, warmup: .fraction(0.1), per: .step), epochs: 2) == "")
    #expect(try remarks(.constant(1), accumulation: 3, epochs: 1) == "")
    let long = try remarks(.constant(1), accumulation: 4, epochs: 1)
    #expect(long.contains("optimize.accumulation is 4, and the run has 3 batches"), "\(long)")
    let idle = try remarks(.cosine(peak: 1, warmup: 0, per: .epoch), epochs: 1)
    #expect(idle.contains("0 throughout the run") && idle.contains("optimize.minimum"), "\(idle)")
    #expect(try remarks(.constant(0), epochs: 1).contains("optimize.peak is 0"))
    #expect(try remarks(.cosine(peak: 1, warmup: 0, per: .step), steps: 1).contains("0 throughout the run"))
    let last = try remarks(.cosine(peak: 1, warmup: 1, per: .epoch), epochs: 4)
    #expect(last.contains("epoch 4 of 4 epochs") && last.contains("optimize.minimum"), "\(last)")
    #expect(try remarks(.cosine(peak: 1, warmup: 1, minimum: 1e-6, per: .epoch), epochs: 4) == "")
    for schedule in [
      Schedule.cosine(peak: 1, warmup: 5), .fractionalCosine(peak: 1, warmup: 5), .constant(1, warmup: 5),
      .tableCosine(peak: 1, warmup: 5, minimum: 0), .scaledCosine(peak: 1, warmup: 5, minimum: 0.1),
    ] {
      for epochs in [2, 5] {
        let warmup = try remarks(schedule, epochs: epochs)
        #expect(warmup.contains("optimize.warmup is 5.0 epochs, and the run has \(epochs) epochs"), "\(warmup)")
      }
      #expect(!(try remarks(schedule, epochs: 6).contains("optimize.warmup")))
    }
    #expect(throws: StepError.self) { try remarks(.constant(.infinity), epochs: 1) }
    #expect(throws: StepError.self) { try remarks(.constant(.nan), epochs: 1) }
    // A long run is not looked through rate by rate.
    #expect(try remarks(.cosine(peak: 1, warmup: .fraction(0.1), per: .step), steps: 1 << 24) == "")
    #expect(try remarks(.cosine(peak: 1, warmup: 5, minimum: 0.1), epochs: .max) == "")
  }
}
