/// The rates that a schedule gives to a run, looked through before the run begins.
///
/// Of a long run not every rate is looked at, but some of many epochs, the first and the last of each among them.
public struct ScheduleReview: Sendable, Equatable {
  /// The highest rate.
  public private(set) var highest: Double = 0
  /// Epochs, from 0, all of whose rates are 0; one that the end of the run cuts off is none.
  public private(set) var idleEpochs: [Int] = []
  /// Whether all rates are 0.
  public private(set) var isIdle: Bool = true
  /// The first step, from 1, whose rate is no finite number, and the rate.
  public private(set) var unusable: (step: Int, rate: Double)?

  /// Looks through a run.
  /// - Parameters:
  ///   - batches: batches of the run.
  ///   - accumulation: batches of one update.
  ///   - epochs: passes over the data of the run.
  ///   - epochProgress: passes over the data before a batch.
  public init(
    _ schedule: Schedule, batches: Int, accumulation: Int = 1, epochs: Double, epochProgress: (_ batch: Int) -> Double
  ) {
    var (present, isPresentIdle) = (-1, false)
    func close() {
      if isPresentIdle, Double(present + 1) <= epochs { idleEpochs.append(present) }
    }
    for step in Self.steps(of: max(1, batches), max(1, accumulation), epochs: epochs) {
      let (start, rest) = (step * max(1, accumulation), max(1, accumulation) - 1)
      let batch = start + min(rest, max(1, batches) - 1 - start)
      let progress = TrainingProgress(
        batch: batch, of: batches, accumulation: accumulation, epochProgress: epochProgress(batch), of: epochs)
      let rate = schedule.rate(at: progress)
      if !rate.isFinite, unusable == nil { unusable = (step + 1, rate) }
      highest = rate.isFinite ? max(highest, rate) : highest
      isIdle = isIdle && rate == 0
      if present != progress.epoch {
        close()
        (present, isPresentIdle) = (progress.epoch, true)
      }
      isPresentIdle = isPresentIdle && rate == 0
    }
    close()
  }

  /// The steps that are looked at, ascending: all, or of a long run some of some epochs.
  private static func steps(of batches: Int, _ accumulation: Int, epochs: Double) -> [Int] {
    let count = batches / accumulation + (batches.isMultiple(of: accumulation) ? 0 : 1)
    guard count > looked else { return Array(0..<count) }
    let parts = max(1, min(Int(limiting: epochs.rounded(.up)), looked / 16))
    let length = Double(count) / max(epochs, 1)
    var steps: [Int] = []
    for part in 0..<parts {
      let epoch = parts == 1 ? 0 : (Double(part) * (epochs.rounded(.up) - 1) / Double(parts - 1)).rounded()
      let each = parts == 1 ? looked - 1 : 15
      // From its first step to its last one.
      let (first, last) = (epoch * length, min((epoch + 1) * length, Double(count)) - 1)
      for index in 0...each {
        let step = (first + (last - first) * Double(index) / Double(each)).rounded(index == 0 ? .up : .toNearestOrEven)
        steps.append(max(min(Int(limiting: step), count - 1), steps.last ?? 0))
      }
    }
    return steps
  }

  private static let looked = 8192

  public static func == (one: ScheduleReview, other: ScheduleReview) -> Bool {
    (one.highest, one.isIdle, one.idleEpochs) == (other.highest, other.isIdle, other.idleEpochs)
      && one.unusable?.step == other.unusable?.step
  }
}
