/// Where a run is, as schedules see it.
///
/// Whatever it is made of, its numbers are finite and none is negative.
public struct TrainingProgress: Sendable, Equatable {
  /// Batches before this one; as many as optimizer steps where each batch makes a step.
  public let batch: Int
  /// Batches of the whole run, at least 1.
  public let totalBatches: Int
  /// Batches whose gradients make one optimizer step, at least 1.
  public let accumulation: Int
  /// Passes over the data before this step, with the fraction of the one it belongs to.
  public let epochProgress: Double
  /// Passes over the data in the whole run.
  public let totalEpochs: Double

  /// The progress at a batch of a run.
  /// - Parameters:
  ///   - batch: batches before this one.
  ///   - totalBatches: batches of the whole run.
  ///   - accumulation: batches whose gradients make one optimizer step.
  ///   - epochProgress: passes over the data before this batch.
  ///   - totalEpochs: passes over the data in the whole run.
  public init(
    batch: Int, of totalBatches: Int, accumulation: Int = 1, epochProgress: Double, of totalEpochs: Double
  ) {
    self.batch = max(batch, 0)
    self.totalBatches = max(totalBatches, 1)
    self.accumulation = max(accumulation, 1)
    self.epochProgress = epochProgress.isFinite ? max(epochProgress, 0) : 0
    self.totalEpochs = totalEpochs.isFinite && totalEpochs > 0 ? totalEpochs : 1
  }

  /// The progress at `step` of a run of `totalSteps`, a batch each, in passes over the data too.
  public init(step: Int, of totalSteps: Int, epochProgress: Double, of totalEpochs: Double) {
    self.init(batch: step, of: totalSteps, epochProgress: epochProgress, of: totalEpochs)
  }

  /// The progress at `step` of a run of whole epochs, a batch each.
  public init(step: Int, stepsPerEpoch: Int, epochs: Int) {
    let (total, overflows) = stepsPerEpoch.multipliedReportingOverflow(by: epochs)
    self.init(
      step: step, of: overflows ? .max : total, epochProgress: Double(step) / Double(stepsPerEpoch), of: Double(epochs))
  }

  /// Optimizer steps taken before this one.
  public var step: Int { batch / accumulation }

  /// Optimizer steps of the whole run, the last one perhaps of fewer batches than the others.
  public var totalSteps: Int { totalBatches / accumulation + (totalBatches.isMultiple(of: accumulation) ? 0 : 1) }

  /// The epoch the step belongs to, from 0.
  public var epoch: Int { Int(limiting: epochProgress) }

  /// Passes over the data, the last perhaps unfinished.
  public var epochs: Int { Int(limiting: totalEpochs.rounded(.up)) }

  /// Optimizer steps of one pass; not whole where batches reach into the next pass.
  public var stepsPerEpoch: Double { Double(totalSteps) / totalEpochs }

  /// Batches of one pass; not whole where they reach into the next pass.
  public var batchesPerEpoch: Double { Double(totalBatches) / totalEpochs }

  /// The last batch up to this one, of the same epoch, that is the epoch's first, its `interval`th, its second `interval`th
  /// and so on.
  func refreshed(every interval: Int) -> TrainingProgress {
    // A batch's index in its epoch is a quotient: an ulp too small must not make it the one before.
    let passed = epochProgress.rounded(.down)
    let index = min(Int(limiting: (epochProgress - passed) * batchesPerEpoch + 1e-6), batch)
    let back = index % interval == interval - 1 ? 0 : min(index % interval + 1, index)
    guard back > 0 else { return self }
    let start = passed + Double(index - back) / batchesPerEpoch
    return TrainingProgress(
      batch: batch - back, of: totalBatches, accumulation: accumulation, epochProgress: start, of: totalEpochs)
  }
}

extension Int {
  /// The whole part of `value`, or the nearest number there is; 0 for no number.
  init(limiting value: Double) {
    self = value.isNaN ? 0 : Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }
}
