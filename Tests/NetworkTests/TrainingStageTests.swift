import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceOptimize
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceTraining
import Testing

/// Clips of three classes that differ in brightness and its change.
private struct Shades: Source {
  let count: Int
  var isBroken = false

  func element(at index: Int, context: ElementContext) -> LabeledClip {
    let label = index % 3
    var random = KeyedRandom(seed: 1, epoch: 0, sample: index, stage: "shades")
    let values = Tensor([3, 4, 32, 32]) { elements in
      for place in elements.indices {
        let frame = place / 1024 % 4
        let light = [0.5, -0.5, Double(frame) / 2 - 0.75][label]
        elements[place] = isBroken ? .nan : Float(light + random.uniform(-0.3, 0.3))
      }
    }
    let pixels = PixelClip(frameCount: 1, height: 1, width: 1, bytes: [0, 0, 0])
    return LabeledClip(clip: Clip(pixels: pixels, values: values), label: label)
  }
}

@Suite struct TrainingStageTests {
  @Test func aSampleAloneIsABatchWithoutBeingCopied() throws {
    let sample = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let alone = try Tensor.stacked([sample])
    #expect(alone.shape == [1, 2, 3] && alone.storage === sample.storage)
    let both = try Tensor.stacked([sample, sample])
    #expect(both.shape == [2, 2, 3] && both.floats == sample.floats + sample.floats)
  }

  private func model(seed: UInt64 = 3) throws -> Classifier<MViT> {
    var tiny = MViTConfiguration.demo
    (tiny.frameCount, tiny.imageSize, tiny.dimension, tiny.depth) = (4, 32, 16, 2)
    let model = try Classifier(MViT(tiny), classCount: 3)
    model.parameters.initialize(seed: seed)
    return model
  }

  private func pipeline(
    _ model: Classifier<MViT>, _ source: Shades, batch: Int, _ optimize: Optimize
  ) -> Pipeline<StepReport> {
    Pipeline("shades") {
      source.batch(batch)
      Collate()
      Step {
        Forward(model)
        Loss(CrossEntropy())
        optimize
      }
    }
  }

  private func train(
    _ model: Classifier<MViT>, _ source: Shades = Shades(count: 24), batch: Int, epochs: Int = 1, _ optimize: Optimize
  ) async throws -> [StepReport] {
    var reports: [StepReport] = []
    for try await report in pipeline(model, source, batch: batch, optimize).run(RunOptions(epochs: epochs)) {
      reports.append(report)
    }
    return reports
  }

  @Test func aClassifierLearnsToTellShadesApart() async throws {
    let model = try model()
    let reports = try await train(
      model, batch: 6, epochs: 8,
      Optimize(model.parameters, .adamW(.cosine(peak: 3e-3, warmup: .fraction(0.1), per: .step))))
    #expect(reports.map(\.step) == Array(1...32))
    #expect(reports.map(\.epoch) == (0..<32).map { $0 / 4 })
    let (first, last) = (reports[0], reports[31])
    #expect(last.loss < 0.5 * first.loss)
    #expect(last.metrics["top1"] == 1)
    #expect(abs(last.learningRate) < 1e-12 && first.gradientNorm > 0)
  }

  @Test func anEvaluationCountsEachClipAndRecordsNothing() async throws {
    let model = try model()
    _ = try await train(model, batch: 6, epochs: 8, Optimize(model.parameters, .adamW(.constant(3e-3))))
    let evaluation = Pipeline("shades-eval") {
      Shades(count: 10)
        .batch(4)
      Collate()
      Evaluate(model)
    }
    var counts = ClassificationCounts(classCount: 3)
    for try await prediction in evaluation.run() {
      #expect(!prediction.output.requiresGradient)
      counts.add(logits: prediction.output, labels: prediction.batch.labels)
    }
    #expect(counts.sampleCount == 10)
    #expect(counts.top1 == 1 && counts.top5 == 1)
    #expect(counts.recall(ofClass: 2) == 1)
  }

  @Test func aRunThatIsResumedEqualsOneThatNeverStopped() async throws {
    let configuration = OptimizerConfiguration.adamW(.cosine(peak: 3e-3, warmup: .fraction(0.2), per: .step))
    let options = RunOptions(epochs: 2)
    let whole = try model()
    var losses: [Double] = []
    for try await report in pipeline(whole, Shades(count: 24), batch: 6, Optimize(whole.parameters, configuration)).run(
      options)
    {
      losses.append(report.loss)
    }
    let first = try model()
    let before = Optimize(first.parameters, configuration)
    let run = pipeline(first, Shades(count: 24), batch: 6, before).run(options)
    var resumed: [Double] = []
    for try await report in run {
      resumed.append(report.loss)
      if report.step == 3 { break }
    }
    let position = run.position
    await run.close()
    let second = try model(seed: 99)
    try second.parameters.load(first.parameters.values, mode: .exact)
    let after = Optimize(second.parameters, configuration)
    try after.state.optimizer.restore(before.state.optimizer.state)
    var rest = options
    rest.start = position
    for try await report in pipeline(second, Shades(count: 24), batch: 6, after).run(rest) {
      resumed.append(report.loss)
    }
    #expect(resumed == losses)
  }

  @Test func accumulatedBatchesEqualOneLargeBatch() async throws {
    let (whole, parts) = (try model(), try model())
    let configuration = OptimizerConfiguration.sgd(.constant(0.05), clip: .global(1))
    let large = try await train(whole, batch: 8, Optimize(whole.parameters, configuration))
    let small = try await train(parts, batch: 2, Optimize(parts.parameters, configuration, accumulation: 4))
    #expect(small.map(\.step) == large.map(\.step) && small.map(\.sampleCount) == large.map(\.sampleCount))
    for (one, other) in zip(small, large) {
      #expect(abs(one.gradientNorm - other.gradientNorm) < 1e-4 * other.gradientNorm)
      #expect(abs(one.loss - other.loss) < 1e-5 * other.loss)
      #expect(abs((one.metrics["top1"] ?? -1) - (other.metrics["top1"] ?? -2)) < 1e-12)
    }
    for (first, second) in zip(whole.parameters.parameters, parts.parameters.parameters) {
      let difference = zip(first.value.floats, second.value.floats).map { abs($0 - $1) }.max() ?? 0
      #expect(difference < 1e-5, "\(first.name)")
    }
  }

  @Test func aLossThatIsNoNumberEndsTheRunAndChangesNothing() async throws {
    let model = try model()
    let before = model.parameters.parameters.map(\.value.floats)
    let error = await #expect(throws: FlowError.self) {
      _ = try await train(
        model, Shades(count: 4, isBroken: true), batch: 2, Optimize(model.parameters, .adamW(.constant(1e-3))))
    }
    #expect(error?.description.contains("step 1") == true)
    #expect(error?.description.contains("sample 0") == true)
    #expect(model.parameters.parameters.map(\.value.floats) == before)
  }

  @Test func settingsReachTheOptimiser() throws {
    let model = try model()
    var pipeline = pipeline(
      model, Shades(count: 4), batch: 2, Optimize(model.parameters, .adamW(.cosine(peak: 1e-3))))
    for (name, value) in [
      ("peak", "0.5"), ("warmup", "10%"), ("clip", "global 1"), ("weightDecay", "0.2"), ("layerDecay", "0.75"),
      ("accumulation", "2"), ("minimum", "0.01"),
    ] { try pipeline.set("optimize.\(name)", to: value) }
    let stage = try #require(pipeline.stages.lazy.compactMap { $0 as? Optimize }.first)
    #expect(
      stage.configuration
        == .adamW(
          .cosine(peak: 0.5, warmup: .fraction(0.1), minimum: 0.01), weightDecay: 0.2, clip: .global(1),
          groups: .layerDecay(0.75)))
    #expect(stage.accumulation == 2)
    #expect(throws: FlowError.self) { try pipeline.set("optimize.peek", to: "1") }
    #expect(throws: FlowError.self) { try pipeline.set("optimize.accumulation", to: "0") }
  }

  @Test func labelsAndSharesAreChecked() throws {
    let logits = Tensor([2, 0, 0, 0, 3, 0], shape: [2, 3])
    func value(_ labels: [Int], _ shares: [Float]? = nil, smoothing: Double = 0) throws -> Float {
      let batch = LabeledBatch(
        clips: .zeros([labels.count, 1]), labels: labels,
        shares: shares.map { Tensor($0, shape: [labels.count, $0.count / labels.count]) })
      return try CrossEntropy(smoothing: smoothing).loss(of: logits, for: batch).terms[0].value.scalar
    }
    let hard = try value([0, 1])
    #expect(try value([0, 1], [1, 0, 0, 0, 1, 0]) == hard)
    #expect(try value([0, 1], smoothing: 0.1) > hard)
    #expect(throws: LossError.self) { try value([0, 3]) }
    #expect(throws: LossError.self) { try value([0, 1], [1, 0, 0, 1]) }
    #expect(throws: LossError.self) { try value([0]) }
  }

  /// Numbers beside their squares and cubes.
  private struct Powers: Source {
    let count = 12
    func element(at index: Int, context: ElementContext) -> Float { Float(index) / 6 - 1 }
  }

  /// One linear layer with two outputs.
  private struct TwoHeads: TrainingModel {
    struct Output: Sendable {
      let square: Tensor
      let cube: Tensor
    }
    let parameters = ParameterStore()
    private let layer: Linear

    init() {
      layer = Linear(ParameterScope(parameters)["layer"], inputs: 2, outputs: 2, weight: .normal(0.1))
    }

    func callAsFunction(_ batch: [Float], _ pass: ForwardPass) -> Output {
      let rows = layer(Tensor(batch.flatMap { [$0, $0 * $0] }, shape: [batch.count, 2]))
      return Output(square: rows.slice(0..<1, axis: 1), cube: rows.slice(1..<2, axis: 1))
    }
  }

  private struct BothPowers: Objective {
    func loss(of output: TwoHeads.Output, for batch: [Float]) -> LossTerms {
      let square = output.square.loss(to: Tensor(batch.map { $0 * $0 }, shape: [batch.count, 1]))
      let cube = output.cube.loss(to: Tensor(batch.map { $0 * $0 * $0 }, shape: [batch.count, 1]))
      return LossTerms(
        [.init("square", square), .init("cube", cube, weight: 0.5)], metrics: ["largest": Double(batch.max() ?? 0)])
    }
  }

  @Test func severalLossesAreSummedByWeightAndReportedByName() async throws {
    let model = TwoHeads()
    model.parameters.initialize(seed: 1)
    let pipeline = Pipeline("powers") {
      Powers().batch(4)
      Step {
        Forward(model)
        Loss(BothPowers())
        Optimize(model.parameters, .adamW(.constant(0.05)))
      }
    }
    #expect(pipeline.graph.nodes.map(\.name).contains("backward"))
    var reports: [StepReport] = []
    for try await report in pipeline.run(RunOptions(epochs: 40)) { reports.append(report) }
    for report in reports {
      let (square, cube) = (try #require(report.metrics["square"]), try #require(report.metrics["cube"]))
      #expect(abs(report.loss - (square + 0.5 * cube)) < 1e-12)
      #expect(report.metrics["largest"] != nil && report.sampleCount == 4)
    }
    #expect(try #require(reports.last).loss < 0.1 * reports[0].loss)
  }
}
