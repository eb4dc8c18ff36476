internal import SluiceNN
internal import SluiceTraining

/// The losses and metrics of the batches of one update.
public struct GatheredLoss: Sendable {
  private struct Mean {
    var sum = 0.0
    var count = 0
    var value: Double { sum / Double(count) }

    mutating func add(_ value: Double) {
      sum += value
      count += 1
    }
  }

  /// Epoch of the first batch, from 0.
  private let epoch: Int
  /// Batches so far.
  private(set) var count = 0
  private var loss = Mean()
  private var metrics: [String: Mean] = [:]
  private var answers: [String: [Int: Int]] = [:]
  private var sampleCount = 0

  init(epoch: Int) {
    self.epoch = epoch
  }

  mutating func add(_ batch: StepLoss) {
    count += 1
    sampleCount += batch.sampleCount
    loss.add(batch.total)
    for (name, value) in batch.metrics.merging(batch.terms, uniquingKeysWith: { own, _ in own }) {
      metrics[name, default: Mean()].add(value)
    }
    answers.merge(batch.answers) { own, others in own.merging(others, uniquingKeysWith: +) }
  }

  /// What the update did, with the means over its batches; a metric's over those that have it.
  ///
  /// Answers are added up.
  func report(step: Int, _ update: OptimizerReport) -> StepReport {
    StepReport(
      step: step, epoch: epoch, loss: loss.value, learningRate: update.learningRate,
      gradientNorm: update.gradientNorm, sampleCount: sampleCount, metrics: metrics.mapValues(\.value),
      answers: answers)
  }
}
