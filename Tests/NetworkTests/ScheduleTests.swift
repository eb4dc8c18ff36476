import SluiceNN
import SluicePlatform
import Testing

@Suite struct ScheduleTests {
  /// Every kind of schedule with a warm-up.
  private static func schedules(_ warmup: Warmup) -> [Schedule] {
    Schedule.Interval.allCases.flatMap { interval in
      [
        Schedule.cosine(peak: 0.1, warmup: warmup, minimum: 1e-3, per: interval),
        .scaledCosine(peak: 0.1, warmup: warmup, minimum: 1e-3, per: interval),
      ]
    } + [
      .constant(0.1, warmup: warmup), .multistep(0.1, milestones: [2, 5], warmup: warmup, start: 1e-4),
      .fractionalCosine(peak: 0.1, warmup: warmup, start: 1e-4, minimum: 1e-3),
      .tableCosine(peak: 0.1, warmup: warmup, start: 1e-4, minimum: 1e-3),
    ]
  }

  private static let warmups: [Warmup] = [
    .none, 1, 3, 1e300, .epochs(.infinity), .epochs(.nan), -1, .steps(1), .steps(7), .steps(.max), .steps(.min),
    .fraction(0.1), .fraction(1), .fraction(7),
  ]

  @Test func aRateIsANumberBetweenItsEndsWhateverTheLengths() {
    let epochs: [Double] = [0, 0.3, 1, 3, 7.5, 1e18, .infinity, .nan, -1]
    for warmup in Self.warmups {
      for schedule in Self.schedules(warmup) {
        for refresh in [1, 10] {
          let schedule = schedule.refreshed(every: refresh)
          for total in [Int.min, 0, 1, 2, 7, 1000, .max] {
            for accumulation in [1, 4, .max] {
              for batch in [0, 1, 6, 7, 999, 5000, .max] {
                for epochs in epochs {
                  let progress = TrainingProgress(
                    batch: batch, of: total, accumulation: accumulation,
                    epochProgress: epochs * Double(batch) / Double(max(total, 1)), of: epochs)
                  let rate = schedule.rate(at: progress)
                  // Warm-up begins above 0, scales what is there, or begins at `start`.
                  #expect(rate >= 0 && rate <= 0.1 * (1 + 1e-12), "\(rate): \(schedule) at \(progress)")
                }
              }
            }
          }
        }
      }
    }
  }

  @Test func aRunThatIsAllWarmupRisesTowardItsPeak() {
    for schedule in Self.schedules(.fraction(1)) {
      let rates = (0..<100).map {
        schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 10, epochs: 10))
      }
      #expect(rates[0] < 0.5 * rates.max()!, "\(schedule)")
      #expect(rates.allSatisfy { $0.isFinite })
      // One that warm-up scales falls by its cosine all the while.
      if !schedule.fields.contains(.warmupRatio) {
        #expect(rates.max()! > 0.09 && zip(rates, rates.dropFirst()).allSatisfy { $0 <= $1 }, "\(schedule)")
      }
    }
  }

  @Test func theFieldsOfAScheduleAreThoseThatChangeIt() {
    let changes: [(field: Schedule.Field, change: (inout Schedule) -> Void)] = [
      (.warmup, { $0.warmup = 5 }), (.start, { $0.start = 0.05 }), (.minimum, { $0.minimum = 0.02 }),
      (.milestones, { $0.milestones = [3, 4] }), (.factor, { $0.factor = 0.5 }),
      (.warmupRatio, { $0.warmupRatio = 0.7 }),
    ]
    #expect(Set(changes.map(\.field)) == Set(Schedule.Field.allCases))
    func rates(_ schedule: Schedule) -> [Double] {
      (0..<100).map { schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 10, epochs: 10)) }
    }
    for schedule in Self.schedules(2) {
      for (field, change) in changes {
        var other = schedule
        change(&other)
        #expect((rates(other) != rates(schedule)) == schedule.fields.contains(field), "\(field) of \(schedule)")
      }
      var other = schedule
      other.peak = 0.2
      #expect(rates(other) != rates(schedule))
    }
  }

  @Test func milestonesMultiplyTheRateFromTheirEpochOn() {
    let schedule = Schedule.multistep(1, milestones: [2, 4], factor: 0.5, warmup: 1, start: 0.25)
    let rates = (0..<12).map { schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 2, epochs: 6)) }
    #expect(rates == [0.25, 0.625, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
  }

  @Test func aRefreshedRateStaysBetweenItsBatches() {
    let schedule = Schedule.fractionalCosine(peak: 1, warmup: 0, start: 0, minimum: 0)
    let held = schedule.refreshed(every: 10)
    for (epochs, batches) in [(3, 7), (2, 10), (4, 33)] {
      for epoch in 0..<epochs {
        for batch in 0..<batches {
          func progress(_ batch: Int) -> TrainingProgress {
            TrainingProgress(step: epoch * batches + batch, stepsPerEpoch: batches, epochs: epochs)
          }
          let refresh = (0...batch).last { $0 == 0 || ($0 + 1).isMultiple(of: 10) }!
          let (own, wanted) = (held.rate(at: progress(batch)), schedule.rate(at: progress(refresh)))
          #expect(abs(own - wanted) < 1e-12, "epoch \(epoch), batch \(batch) of \(batches)")
        }
      }
    }
  }

  @Test func aWarmupThatEndsBetweenBatchesHoldsItsLastRateUntilTheEpochEnds() {
    // 2.5 epochs of 5 batches: batch 12 is the last one below 12.5, and epoch 3 begins at batch 15.
    let schedule = Schedule.scaledCosine(peak: 1, warmup: 2.5, per: .epoch)
    let rates = (0..<25).map { schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 5, epochs: 5)) }
    #expect(rates[12] == rates[13] && rates[12] == rates[14] && rates[11] < rates[12])
    #expect(
      rates[15]
        == Schedule.scaledCosine(peak: 1, warmup: 0, per: .epoch).rate(
          at: TrainingProgress(step: 15, stepsPerEpoch: 5, epochs: 5)))
  }

  @Test func stepsAreCountedInBatchesToo() {
    let progress = TrainingProgress(batch: 9, of: 22, accumulation: 4, epochProgress: 1, of: 2)
    #expect(progress.step == 2 && progress.totalSteps == 6 && progress.batchesPerEpoch == 11)
    let schedule = Schedule.scaledCosine(peak: 1, warmup: 0, per: .batch)
    let alone = TrainingProgress(batch: 9, of: 22, epochProgress: 1, of: 2)
    #expect(schedule.rate(at: progress) == schedule.rate(at: alone))
    #expect(
      Schedule.tableCosine(peak: 1, warmup: .steps(4), minimum: 0).rate(at: progress)
        == Schedule.tableCosine(peak: 1, warmup: .steps(4), minimum: 0).rate(
          at: TrainingProgress(step: 2, of: 6, epochProgress: 1, of: 2)))
  }

  @Test(arguments: [
    ("5 11", [5, 11]), ("5,11", [5, 11]), ("0", [0]), ("none", []), ("3, 4", [3, 4]),
  ])
  func listsOfEpochsAreReadAndWritten(text: String, epochs: [Int]) throws {
    let list = try #require(EpochList(text))
    #expect(list.epochs == epochs)
    #expect(EpochList(list.description) == list)
  }

  @Test(arguments: ["", "5 5", "11 5", "-1", "five", "1.5", "none 5", "9223372036854775808"])
  func otherTextsAreNoListOfEpochs(text: String) {
    #expect(EpochList(text) == nil)
  }

  @Test func listsOfEpochsAreMadeOfIntervalsAndSets() {
    #expect(
      EpochList(every: 4, of: 12) == [4, 8, 12] && EpochList(every: 5, of: 4) == [] && EpochList(every: 0, of: 9) == [])
    #expect(EpochList([7, 3, -2, 7]) == [3, 7])
  }

  @Test(arguments: [
    ("5", Warmup.epochs(5)), ("2.5", .epochs(2.5)), ("3 epochs", .epochs(3)), ("10%", .fraction(0.1)),
    ("200 steps", .steps(200)),
  ])
  func warmupsAreReadAndWritten(text: String, warmup: Warmup) {
    #expect(Warmup(text) == warmup)
    #expect(Warmup(warmup.description) == warmup)
  }

  @Test(arguments: ["", "-1", "ten", "120%", "5 minutes", "nan%", "inf", "inf epochs", "nan epochs", "-2 epochs"])
  func otherTextsAreNoWarmup(text: String) {
    #expect(Warmup(text) == nil)
  }

  @Test func perStepSchedulesRiseOverAShareOfTheRun() {
    let schedule = Schedule.cosine(peak: 1, warmup: .fraction(0.1), per: .step)
    let rates = (0..<100).map {
      schedule.rate(at: TrainingProgress(step: $0, of: 100, epochProgress: Double($0) / 7, of: 100.0 / 7))
    }
    #expect(rates[0] == 0.1 && rates[9] == 1)
    #expect(zip(rates[9...], rates[10...]).allSatisfy { $0 > $1 })
    #expect(abs(rates[99]) < 1e-12)
  }

  @Test func perEpochSchedulesChangeOnlyBetweenEpochs() {
    let schedule = Schedule.cosine(peak: 1, warmup: 2, per: .epoch)
    let rates = (0..<20).map { schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: 4, epochs: 5)) }
    #expect(Array(Set(rates)).count == 5)
    #expect(rates[0] == 0.5 && rates[3] == 0.5 && rates[4] == 1)
    #expect(rates[19] == 0)
  }
}
