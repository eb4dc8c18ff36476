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

  func element(at index: Int, context: ElementContext) -> LabelledClip {
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
    return LabelledClip(clip: Clip(pixels: pixels, values: values), target: .label(label))
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
      model, batch: 6, epochs: 8, Optimize(.adamW(.cosine(peak: 3e-3, warmup: .fraction(0.1), per: .step))))
    #expect(reports.map(\.step) == Array(1...32))
    #expect(reports.map(\.epoch) == (0..<32).map { $0 / 4 })
    let (first, last) = (reports[0], reports[31])
    #expect(last.loss < 0.5 * first.loss)
    #expect(last.metrics["top1"] == 1)
    #expect(abs(last.learningRate) < 1e-12 && first.gradientNorm > 0)
  }

  @Test func anEvaluationCountsEachClipAndRecordsNothing() async throws {
    let model = try model()
    _ = try await train(model, batch: 6, epochs: 8, Optimize(.adamW(.constant(3e-3))))
    let evaluation = Pipeline("shades-eval") {
      Shades(count: 10)
        .batch(4)
      Evaluate(model)
    }
    var counts = ClassificationCounts(classCount: 3)
    for try await prediction in evaluation.run() {
      #expect(!prediction.values.requiresGradient)
      counts.add(logits: prediction.values, labels: prediction.batch.map(\.target.label))
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
    for try await report in pipeline(whole, Shades(count: 24), batch: 6, Optimize(configuration)).run(options) {
      losses.append(report.loss)
    }
    let first = try model()
    let before = Optimize(configuration)
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
    let after = Optimize(configuration)
    try after.optimizer(of: second.parameters).restore(before.optimizer(of: first.parameters).state)
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
    let large = try await train(whole, batch: 8, Optimize(configuration))
    let small = try await train(parts, batch: 2, Optimize(configuration, accumulation: 4))
    #expect(small.count == 4 * large.count)
    for (index, report) in large.enumerated() {
      #expect(abs(small[4 * index + 3].gradientNorm - report.gradientNorm) < 1e-4 * report.gradientNorm)
      #expect(small[4 * index].gradientNorm == 0)
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
      _ = try await train(model, Shades(count: 4, isBroken: true), batch: 2, Optimize(.adamW(.constant(1e-3))))
    }
    #expect(error?.description.contains("step 1") == true)
    #expect(error?.description.contains("sample 0") == true)
    #expect(model.parameters.parameters.map(\.value.floats) == before)
  }

  @Test func settingsReachTheOptimiser() throws {
    var pipeline = pipeline(try model(), Shades(count: 4), batch: 2, Optimize(.adamW(.cosine(peak: 1e-3))))
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
    let clip = Shades(count: 1).element(
      at: 0, context: ElementContext(seed: 0, epoch: 0, sample: 0, identity: "a", stage: "b")
    ).clip
    func value(_ targets: LabelledClip.Target..., smoothing: Double = 0) throws -> Float {
      let batch = targets.map { LabelledClip(clip: clip, target: $0) }
      return try CrossEntropy(smoothing: smoothing).loss(of: logits, for: batch).0.scalar
    }
    let hard = try value(.label(0), .label(1))
    #expect(try value(.shares([1, 0, 0]), .shares([0, 1, 0])) == hard)
    #expect(try value(.label(0), .label(1), smoothing: 0.1) > hard)
    #expect(throws: LossError.self) { try value(.label(0), .label(3)) }
    #expect(throws: LossError.self) { try value(.label(0), .shares([0, 1, 0])) }
    #expect(throws: LossError.self) { try value(.shares([1, 0]), .shares([0, 1])) }
    #expect(throws: LossError.self) { try value(.label(0)) }
  }
}
