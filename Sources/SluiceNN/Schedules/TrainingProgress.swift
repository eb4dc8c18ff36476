/// Where a run stands, as schedules see it.
public struct TrainingProgress: Sendable, Equatable {
  /// Optimiser steps taken before this one.
  public var step: Int
  /// Optimiser steps of one pass over the data, at least 1.
  public var stepsPerEpoch: Int
  /// Optimiser steps of the whole run, at least 1.
  public var totalSteps: Int

  /// The progress at `step` of a run of `totalSteps`; counts below 1 are taken as 1.
  public init(step: Int, stepsPerEpoch: Int, totalSteps: Int) {
    self.step = step
    self.stepsPerEpoch = max(stepsPerEpoch, 1)
    self.totalSteps = max(totalSteps, 1)
  }

  /// The progress at `step` of a run of whole epochs.
  public init(step: Int, stepsPerEpoch: Int, epochs: Int) {
    let length = max(stepsPerEpoch, 1)
    self.init(step: step, stepsPerEpoch: length, totalSteps: length * max(epochs, 1))
  }

  /// The epoch the step belongs to, from 0.
  public var epoch: Int { step / stepsPerEpoch }

  /// Passes over the data in the run, the last perhaps unfinished.
  public var epochs: Int { (totalSteps + stepsPerEpoch - 1) / stepsPerEpoch }

  /// The step in units of epochs.
  public var fractionalEpoch: Double { Double(step) / Double(stepsPerEpoch) }
}
