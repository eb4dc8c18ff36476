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
  ])
  func aKnownClassifierIsCountedRight(views: EvaluationViews) async throws {
    let folder = TemporaryFolder()
    let tuning = try tuning(favouring: 6)
    let evaluation = Evaluation(of: tuning, on: try clips(11, in: folder), views: views)
    var seen: [Int] = []
    let result = try #require(try await evaluation.result { seen.append($0) })
    // Labels 0…7, 0, 1, 2: one of class 6; the five most favoured are 6, 0, 1, 2, 3.
    #expect(result.counts.sampleCount == 11 && seen.last == 11)
    #expect(result.counts.top1 == 1.0 / 11)
    #expect(result.counts.top5 == 8.0 / 11)
    #expect(result.counts.recall(ofClass: 6) == 1 && result.counts.recall(ofClass: 0) == 0)
    let taken: [Int] = (0..<8).map { label in result.counts.confusion[label * 8 + 6] }
    #expect(taken == [2, 2, 2, 1, 1, 1, 1, 1])
    #expect(result.metrics["val_top1"] == result.counts.top1 && result.loss > 1)
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
      for try await batch in Evaluation(of: tuning, on: one, views: views).pipeline.run() { all += batch.values.floats }
      return all
    }
    let many = Evaluation(of: tuning, on: one, views: EvaluationViews(windows: 2, crops: .three))
    var own: [[Float]] = []
    for try await batch in many.pipeline.run() {
      #expect(batch.batch[0].views.count == 6)
      for view in batch.batch[0].views {
        own.append(try tuning.classifier.logits(of: view.reshaped([1] + view.shape.dimensions)).floats)
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

  @Test func failingClipsAreCountedAndNamed() async throws {
    let folder = TemporaryFolder()
    let source = try clips(3, broken: ["missing.mp4"], in: folder)
    let evaluation = Evaluation(of: try tuning(favouring: 1), on: source)
    let result = try #require(try await evaluation.result(RunOptions(maxFailures: 0.5)))
    #expect(result.counts.sampleCount == 3 && result.failures.samples.map(\.identity) == [folder("missing.mp4")])
    await #expect(throws: FlowError.self) { _ = try await evaluation.result(RunOptions(maxFailures: 0.01)) }
  }

  @Test func guessesAreTheMostFavouredClassesWithTheirShares() async throws {
    let folder = TemporaryFolder()
    let evaluation = Evaluation(of: try tuning(favouring: 5), on: try clips(2, in: folder), isLabelled: false)
    let guesses = try await evaluation.guesses(3)
    #expect(guesses.map(\.name) == [folder("clip 0.mp4"), folder("clip 1.mp4")])
    #expect(guesses[0].classes.map(\.number) == [5, 0, 1])
    #expect(guesses[0].classes[0].share > guesses[0].classes[1].share)
    let shares = try await evaluation.guesses(8)[1].classes.map(\.share)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
  }
}
