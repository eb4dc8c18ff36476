import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceModels
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Evaluation of classifiers whose answers are known beforehand.
@Suite struct EvaluationTests {
  /// A tiny classifier of eight classes that favours `favoured`, the others in order, whatever it sees.
  private func tuning(favouring favoured: Int) throws -> FineTuning {
    var network = SpaceTimeConfiguration(frameCount: 4, attention: .spaceOnly)
    (network.imageSize, network.dimension, network.headCount, network.depth) = (32, 16, 2, 1)
    let model = VideoClassifier(try Classifier(TimeSformer(network), classCount: 8))
    model.parameters.initialize(seed: 1)
    try model.parameters["cls_head.cls_head.weight"]?.assign(.zeros([8, 16]))
    let bias = (0..<8).map { $0 == favoured ? 1 : -Float($0) }
    try model.parameters["cls_head.cls_head.bias"]?.assign(Tensor(bias, shape: [8]))
    return FineTuning("known", model, .small(frameStride: 4), clips: try Clips(videos: DatasetList(items: [])))
  }

  private func clips(_ count: Int, broken: [String] = [], in folder: TemporaryFolder) throws -> Clips {
    try Clips(videos: DatasetList(contentsOf: try SampleVideos.write(count, to: folder.path, broken: broken)))
  }

  @Test(arguments: [
    EvaluationViews(), EvaluationViews(windows: 3), EvaluationViews(windows: 2, crops: .three),
    EvaluationViews(crops: .five), EvaluationViews(windows: 2, crops: .ten),
  ])
  func aKnownClassifierIsCountedRight(views: EvaluationViews) async throws {
    let folder = TemporaryFolder()
    let tuning = try tuning(favouring: 6)
    let clips = try clips(11, in: folder)
    let evaluation = tuning.evaluation(on: clips, views: views)
    var seen: [Int] = []
    let findings = try #require(try await evaluation.run { seen.append($0) }).findings
    // Labels 0…7, 0, 1, 2: one of class 6; the five most favoured are 6, 0, 1, 2, 3.
    #expect(findings.sampleCount == 11 && seen.last == 11)
    #expect(findings["top1"] == 1.0 / 11 && findings["top5"] == 8.0 / 11)
    #expect(findings.logged["val_top1"] == 1.0 / 11 && findings.logged["val_loss"] ?? 0 > 1)
    #expect(findings.metrics.first?.name == evaluation.primary.name)

    var evaluator = ClassificationEvaluator(classCount: 8)
    for try await prediction in tuning.predictions(on: clips, views: views, isLabeled: true).run() {
      try evaluator.add(prediction.output, for: prediction.batch)
    }
    #expect(evaluator.counts.recall(ofClass: 6) == 1 && evaluator.counts.recall(ofClass: 0) == 0)
    let taken: [Int] = (0..<8).map { label in evaluator.counts.confusion[label * 8 + 6] }
    #expect(taken == [2, 2, 2, 1, 1, 1, 1, 1])
  }

  @Test func viewsAreAveragedBeforeTheSoftmax() async throws {
    let folder = TemporaryFolder()
    let tuning = try tuning(favouring: 0)
    tuning.classifier.parameters["cls_head.cls_head.weight"]?.update { (weights: inout MutableSpan<Float>) in
      for index in weights.indices { weights[index] = Float((index * 37) % 11) / 5 - 1 }
    }
    let one = try clips(1, in: folder)
    func logits(_ views: EvaluationViews) async throws -> [Float] {
      var all: [Float] = []
      for try await batch in tuning.predictions(on: one, views: views, isLabeled: true).run() {
        all += batch.output.floats
      }
      return all
    }
    let many = tuning.predictions(on: one, views: EvaluationViews(windows: 2, crops: .three), isLabeled: true)
    var own: [[Float]] = []
    for try await prediction in many.run() {
      #expect(prediction.batch.views.shape[0] == 6 && prediction.batch.viewCount == 6)
      for view in 0..<6 {
        own.append(try tuning.classifier.logits(of: prediction.batch.views.slice(view..<view + 1, axis: 0)).floats)
      }
    }
    let averaged = try await logits(EvaluationViews(windows: 2, crops: .three))
    for label in 0..<8 {
      let mean = own.reduce(0) { $0 + $1[label] } / Float(own.count)
      #expect(abs(averaged[label] - mean) < 1e-4)
    }
    #expect(Set(own.map(\.description)).count > 1)
    #expect(try await logits(EvaluationViews()) == logits(EvaluationViews()))
  }

  @Test func tenCropsAreFiveAndTheirMirrorImages() async throws {
    let folder = TemporaryFolder()
    let tuning = try tuning(favouring: 0)
    let one = try clips(1, in: folder)
    func seen(_ crops: EvaluationViews.Crops) async throws -> [[Float]] {
      var views: [[Float]] = []
      let evaluated = tuning.predictions(
        on: one, views: EvaluationViews(windows: 2, crops: crops), isLabeled: true)
      for try await prediction in evaluated.run() {
        let all = prediction.batch.views
        views += (0..<all.shape[0]).map { all.slice($0..<$0 + 1, axis: 0).floats }
      }
      return views
    }
    let (five, ten) = (try await seen(.five), try await seen(.ten))
    #expect(five.count == 10 && ten.count == 20)
    for (number, view) in five.enumerated() {
      // Crop by crop, of each its two windows.
      let place = number / 2 * 4 + number % 2
      #expect(ten[place] == view)
      let mirrored = ten[place + 2]
      #expect(view.indices.allSatisfy { mirrored[$0 / 32 * 32 + 31 - $0 % 32] == view[$0] })
    }
    #expect(Set(five).count > 2)
  }

  @Test func failingClipsAreCountedAndNamed() async throws {
    let folder = TemporaryFolder()
    let source = try clips(3, broken: ["missing.mp4"], in: folder)
    let evaluation = try tuning(favouring: 1).evaluation(on: source)
    let outcome = try #require(try await evaluation.run(RunOptions(maxFailures: 0.5)))
    #expect(outcome.findings.sampleCount == 3)
    #expect(outcome.failures.samples.map(\.identity) == [folder("missing.mp4")])
    await #expect(throws: FlowError.self) { _ = try await evaluation.run(RunOptions(maxFailures: 0.01)) }
  }

  @Test func rankingsAreTheLikeliestClassesWithTheirShares() async throws {
    let folder = TemporaryFolder()
    let tuning = try tuning(favouring: 5)
    let prediction = ClassPrediction(
      pipeline: tuning.predictions(on: try clips(2, in: folder), isLabeled: false), classes: tuning.classes)
    let rankings = try await prediction.rankings(3)
    #expect(rankings.map(\.name) == [folder("clip 0.mp4"), folder("clip 1.mp4")])
    #expect(rankings[0].classes.map(\.number) == [5, 0, 1])
    #expect(rankings[0].classes[0].share > rankings[0].classes[1].share)
    let shares = try await prediction.rankings(8)[1].classes.map(\.share)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
  }
}
