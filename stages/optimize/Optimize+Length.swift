public import SluiceFlow
internal import SluiceNN
internal import SluicePlatform

extension Optimize {
  /// The rate of the next step in both lengths, if a rate or a decay hangs on the length of the run.
  public func difference(from planned: RunExtent, to run: RunExtent, after step: Int, as name: String) -> String? {
    if let cut = cutUpdate(planned, run, after: step) { return cut }
    let both = min(planned.length.outputs, run.length.outputs)
    guard let differing = Self.looked(of: both).first(where: { values(at: $0, planned) != values(at: $0, run) })
    else { return nil }
    let (before, now) = (values(at: step, planned), values(at: step, run))
    let (old, new) = (Self.words(planned.length), Self.words(run.length))
    if before.rate != now.rate {
      return "\(name): the learning rate of the next step, \(step + 1), is \(before.rate) in a run of \(old), "
        + "\(now.rate) in one of \(new)"
    }
    let (then, other) = (values(at: differing, planned), values(at: differing, run))
    let what = then.rate != other.rate ? "learning rate" : "weight decay"
    let (first, second) = then.rate != other.rate ? (then.rate, other.rate) : (then.decay, other.decay)
    return
      "\(name): the \(what) of step \(differing + 1) is \(first) in a run of \(old), \(second) in one of \(new); that "
      + "of the next step, \(step + 1), is \(what == "learning rate" ? now.rate : now.decay)"
  }

  /// The last update of a run may have been made of what was left: one that goes on would have made it of more.
  private func cutUpdate(_ planned: RunExtent, _ run: RunExtent, after step: Int) -> String? {
    let left = planned.length.elements % accumulation
    guard left > 0, step >= planned.length.outputs,
      run.length.outputs > planned.length.outputs
        || run.length.elements > planned.length.elements
    else { return nil }
    return
      "step \(step) was the last of a run of \(Self.words(planned.length)) and made of the \(left) batches that were left; "
      + "in one of \(Self.words(run.length)) it is made of \(accumulation)"
  }

  private func values(at step: Int, _ run: RunExtent) -> (rate: Double, decay: Double) {
    let last = max(1, run.length.elements) - 1
    let (next, overflows) = (step + 1).multipliedReportingOverflow(by: accumulation)
    // The last batch of the update, which may be made of fewer.
    let batch = overflows ? last : max(next - accumulation, min(next - 1, last))
    let progress = TrainingProgress(
      batch: batch, of: run.length.elements, accumulation: accumulation,
      epochProgress: run.epochProgress(beforeElement: batch),
      of: run.length.epochs)
    return (configuration.schedule.rate(at: progress), configuration.weightDecay.value(at: progress))
  }

  /// Numbers of steps, from 0: all, or of many some, the first and the last among them.
  private static func looked(of count: Int) -> some Sequence<Int> {
    let interval = max(1, count / 10_000)
    return [0, max(count - 1, 0)] + Array(stride(from: 0, to: count, by: interval))
  }

  private static func words(_ length: RunLength) -> String {
    let epochs = Int(exactly: length.epochs).map { "\($0)" } ?? length.epochs.threeDigits
    return "\(epochs) epoch\(length.epochs == 1 ? "" : "s") (\(length.outputs) steps)"
  }
}
