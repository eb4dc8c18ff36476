internal import Glibc

extension Schedule {
  /// The rate of the step that `progress` is about to take.
  public func rate(at progress: TrainingProgress) -> Double {
    let progress = refreshInterval > 1 ? progress.refreshed(every: refreshInterval) : progress
    switch shape {
    case .constant:
      let length = warmup.steps(in: progress)
      return progress.step < length ? peak * Double(progress.step + 1) / Double(length) : peak
    case .cosine(let interval):
      return cosine(progress, per: interval)
    case .multistep:
      return multistep(progress)
    case .fractionalCosine:
      return fractionalCosine(progress.epochProgress, progress.totalEpochs, rise: warmup.epochs(in: progress))
    case .tableCosine:
      return tableCosine(progress)
    case .scaledCosine(let interval):
      return scaledCosine(progress, per: interval)
    }
  }

  /// The rate of a fractional-cosine schedule, which does not depend on the steps of an epoch.
  package func rate(atEpoch epoch: Double, of epochs: Double) -> Double {
    rate(at: TrainingProgress(step: 0, of: 1, epochProgress: epoch, of: epochs))
  }

  private func cosine(_ progress: TrainingProgress, per interval: Interval) -> Double {
    let position: Double
    let rise: Double
    let end: Double
    switch interval {
    case .epoch:
      (position, rise, end) = (Double(progress.epoch) + 1, warmup.epochs(in: progress), Double(progress.epochs))
    case .step:
      (position, rise, end) = (
        Double(progress.step) + 1, Double(warmup.steps(in: progress)), Double(progress.totalSteps)
      )
    case .batch:
      (position, rise, end) = (
        Double(progress.batch) + 1, warmup.batches(in: progress), Double(progress.totalBatches)
      )
    }
    if position <= rise { return peak * position / max(1, rise) }
    let fall = min((position - rise) / max(1, end - rise), 1)
    return (peak - minimum) * (1 + cos(.pi * fall)) / 2 + minimum
  }

  private func multistep(_ progress: TrainingProgress) -> Double {
    let rise = warmup.epochs(in: progress)
    if progress.epochProgress < rise { return start + (peak - start) * progress.epochProgress / rise }
    return milestones.epochs.reduce(peak) { progress.epoch >= $1 ? $0 * factor : $0 }
  }

  private func fractionalCosine(_ epoch: Double, _ epochs: Double, rise: Double) -> Double {
    func fall(_ position: Double) -> Double {
      // Without an epoch left to fall in, the peak is the end of the run.
      let share = position <= rise ? 0 : rise < epochs ? min((position - rise) / (epochs - rise), 1) : 1
      return minimum + (peak - minimum) * (cos(.pi * share) + 1) / 2
    }
    return epoch < rise ? start + (fall(rise) - start) * epoch / rise : fall(epoch)
  }

  private func tableCosine(_ progress: TrainingProgress) -> Double {
    let rise = warmup.steps(in: progress)
    if progress.step < rise {
      return rise == 1 ? start : start + (peak - start) * Double(progress.step) / (Double(rise) - 1)
    }
    let fall = min(Double(progress.step - rise) / max(Double(progress.totalSteps) - Double(rise), 1), 1)
    return minimum + (peak - minimum) * (1 + cos(.pi * fall)) / 2
  }

  private func scaledCosine(_ progress: TrainingProgress, per interval: Interval) -> Double {
    let rise = warmup.batches(in: progress)
    let share =
      switch interval {
      case .epoch: Double(progress.epoch) / Double(progress.epochs)
      case .step: Double(progress.step) / Double(progress.totalSteps)
      case .batch: Double(progress.batch) / Double(progress.totalBatches)
      }
    let rate = minimum + (peak - minimum) * (cos(.pi * min(share, 1)) + 1) / 2
    var batch = Double(progress.batch)
    if batch >= rise {
      let last = rise.rounded(.up) - 1
      let isHeld =
        interval == .epoch && rise != rise.rounded() && Int(limiting: last / progress.batchesPerEpoch) == progress.epoch
      guard isHeld else { return rate }
      batch = last
    }
    return rate * (1 - (1 - batch / rise) * (1 - warmupRatio))
  }
}
