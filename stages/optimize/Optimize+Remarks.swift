public import SluiceFlow
internal import SluiceNN

extension Optimize: RunReviewing {
  /// Updates of fewer batches than were asked for, rates of 0, and a warm-up that the run does not get through.
  /// - Throws: ``StepError`` if a rate is no finite number.
  public func remarks(on run: RunExtent, as name: String) throws -> [String] {
    let review = ScheduleReview(
      configuration.schedule, batches: run.length.elements, accumulation: accumulation, epochs: run.length.epochs,
      epochProgress: run.epochProgress(beforeElement:))
    if let unusable = review.unusable {
      throw StepError(
        step: unusable.step,
        "its learning rate is \(unusable.rate), a finite one is wanted. Correct \(name).peak, \(name).minimum or "
          + "\(name).warmup.")
    }
    return accumulationRemarks(run.length, name) + rateRemarks(review, run.length, name)
  }

  private func accumulationRemarks(_ length: RunLength, _ name: String) -> [String] {
    guard length.elements < accumulation else { return [] }
    return [
      "\(name).accumulation is \(accumulation), and the run has \(batches(length.elements)): its only update is made of "
        + "\(length.elements == 1 ? "that one" : "those"). Lower \(name).accumulation, or train longer."
    ]
  }

  private func rateRemarks(_ review: ScheduleReview, _ length: RunLength, _ name: String) -> [String] {
    let schedule = configuration.schedule
    if review.isIdle {
      let reason =
        schedule.peak == 0
        ? "\(name).peak is 0" : "the schedule is at its minimum, \(name).minimum of \(schedule.minimum), all the time"
      return [
        "the learning rate is 0 throughout the run, so nothing is trained: \(reason). Raise it, or train longer."
      ]
    }
    var remarks: [String] = []
    let progress = TrainingProgress(
      batch: 0, of: length.elements, accumulation: accumulation, epochProgress: 0, of: length.epochs)
    if schedule.fields.contains(.warmup), schedule.warmup.covers(progress) {
      remarks.append(
        "\(name).warmup is \(schedule.warmup), and the run has \(epochs(length.epochs)) (\(steps(length.outputs))): the "
          + "learning rate only rises, to \(review.highest) of a peak of \(schedule.peak). Shorten \(name).warmup, such "
          + "as to 10%, or train longer.")
    }
    if let last = review.idleEpochs.last {
      let which =
        review.idleEpochs.count == 1
        ? "epoch \(last + 1)" : "\(review.idleEpochs.count) epochs, the last of them epoch \(last + 1),"
      remarks.append(
        "the learning rate is 0 throughout \(which) of \(epochs(length.epochs)), so nothing is trained there: the schedule "
          + "falls to \(name).minimum, \(schedule.minimum). Raise \(name).minimum, or take a schedule that changes with each "
          + "step (recipe.course=cosineSteps).")
    }
    return remarks
  }

  private func batches(_ count: Int) -> String { count == 1 ? "1 batch" : "\(count) batches" }

  private func steps(_ count: Int) -> String { count == 1 ? "1 step" : "\(count) steps" }

  private func epochs(_ count: Double) -> String {
    let text = count == count.rounded() ? "\(Int(exactly: count) ?? 0)" : "\((count * 100).rounded() / 100)"
    return count == 1 ? "1 epoch" : "\(text) epochs"
  }
}
