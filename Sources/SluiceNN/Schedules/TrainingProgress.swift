/// Where a run stands, as schedules see it.
public struct TrainingProgress: Sendable, Equatable {
  /// Optimiser steps taken before this one.
  public var step: Int
  /// Optimiser steps of the whole run, at least 1.
  public var totalSteps: Int
  /// Passes over the data before this step, with the fraction of the one it belongs to.
  public var epochProgress: Double
  /// Passes over the data in the whole run.
  public var totalEpochs: Double

  /// The progress at `step` of a run of `totalSteps`, in passes over the data too.
  public init(step: Int, of totalSteps: Int, epochProgress: Double, of totalEpochs: Double) {
    self.step = step
    self.totalSteps = max(totalSteps, 1)
    self.epochProgress = epochProgress
    self.totalEpochs = totalEpochs > 0 ? totalEpochs : 1
  }

  /// The progress at `step` of a run of whole epochs.
  public init(step: Int, stepsPerEpoch: Int, epochs: Int) {
    self.init(
      step: step, of: stepsPerEpoch * epochs, epochProgress: Double(step) / Double(stepsPerEpoch), of: Double(epochs))
  }

  /// The epoch the step belongs to, from 0.
  public var epoch: Int { Int(epochProgress) }

  /// Passes over the data, the last perhaps unfinished.
  public var epochs: Int { Int(totalEpochs.rounded(.up)) }

  /// Optimiser steps of one pass; not whole where batches reach into the next pass.
  public var stepsPerEpoch: Double { Double(totalSteps) / totalEpochs }
}
