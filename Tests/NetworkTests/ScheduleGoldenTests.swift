import SluiceCheckpoints
import SluiceNN
import TestSupport
import Testing

@Suite struct ScheduleGoldenTests {
  @Test func ratesMatchTheReference() throws {
    try Golden.each("timesformer-vivit.lr_schedules") { file, check in
      for (name, entry) in file.config.object ?? [:] {
        let scale = try #require(entry["stored_times"].double)
        let epochs = try #require(entry["epochs"].int)
        func perEpoch(_ value: (TrainingProgress) -> Double) -> [Double] {
          (0..<epochs).map { value(TrainingProgress(step: $0, stepsPerEpoch: 1, epochs: epochs)) * scale }
        }
        let own: [Double]
        switch entry["kind"].string {
        case "cosine":
          let schedule = Schedule.cosine(
            peak: try #require(entry["base_lr"].double), warmup: .epochs(try #require(entry["warmup"].double)),
            minimum: entry["objective"].string == "mim" ? 0 : try #require(entry["min_lr"].double))
          own = perEpoch(schedule.rate)
        case "multistep":
          let schedule = Schedule.multistep(
            try #require(entry["base_lr"].double), milestones: EpochList(try #require(entry["milestones"].ints)),
            factor: try #require(entry["gamma"].double))
          own = perEpoch(schedule.rate)
        case "official_cosine":
          let schedule = Schedule.fractionalCosine(
            peak: try #require(entry["base"].double), warmup: .epochs(try #require(entry["warm"].double)),
            start: try #require(entry["start"].double), minimum: try #require(entry["end"].double))
          own = try file.doubles("input.official_epoch").map { schedule.rate(atEpoch: $0, of: Double(epochs)) * scale }
        case "weight_decay_cosine":
          let schedule = DecaySchedule.cosine(
            from: try #require(entry["base"].double), to: try #require(entry["final"].double))
          own = perEpoch(schedule.value)
        case let kind:
          throw GoldenError("\(name): unknown kind of schedule \(kind ?? "none")")
        }
        try check("output.\(name)", own)
        // A group's rate is the schedule's times its factor.
        if let factor = entry["scaled_group_factor"].double {
          try check("output.\(name).scaled075", own.map { $0 * factor })
        }
      }
    }
  }

  @Test func tableCosineMatchesVideoMAE() throws {
    try Golden.each("videomae.cosine_schedule") { file, check in
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        let stepsPerEpoch = try #require(entry["niter"].int)
        let epochs = try #require(entry["epochs"].int)
        let warmup: Warmup =
          if let steps = entry["warmup_steps"].int, steps > 0 {
            .steps(steps)
          } else {
            .epochs(try #require(entry["warmup_epochs"].double))
          }
        let schedule = Schedule.tableCosine(
          peak: try #require(entry["base"].double), warmup: warmup, start: entry["start_warmup_value"].double ?? 0,
          minimum: try #require(entry["final"].double))
        try check(
          "output.schedule_\(number)",
          (0..<stepsPerEpoch * epochs).map {
            schedule.rate(at: TrainingProgress(step: $0, stepsPerEpoch: stepsPerEpoch, epochs: epochs))
          })
      }
    }
  }

  @Test func refreshedRatesMatchBIKE() throws {
    try Golden.each("bike.lr_schedule") { file, check in
      let interval = try #require(file.config["lr_refresh_every"].int)
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        let (epochs, iterations) = (try #require(entry["epochs"].int), try #require(entry["iters_per_epoch"].int))
        let (peak, warmup) = (try #require(entry["lr"].double), try #require(entry["lr_warmup_step"].double))
        let milestones =
          entry["lr_decay_step"].int.map { EpochList(every: $0, of: epochs) }
          ?? EpochList(entry["lr_decay_step"].ints ?? [])
        let schedule: Schedule =
          entry["type"].string == "multistep"
          ? .multistep(peak, milestones: milestones, warmup: .epochs(warmup))
          : .fractionalCosine(peak: peak, warmup: .epochs(warmup), start: 0, minimum: 0)
        let refreshed = schedule.refreshed(every: interval)
        let places = try file.ints("output.\(number).epoch_iter")
        let ratio = try #require(entry["clip_ratio"].double)
        let rates = stride(from: 0, to: places.count, by: 2).flatMap { index in
          let rate = refreshed.rate(
            at: TrainingProgress(
              step: places[index] * iterations + places[index + 1], stepsPerEpoch: iterations, epochs: epochs))
          return [rate * ratio, rate]
        }
        try check("output.\(number).lr", rates)
        // The places are the file's own.
        try check("output.\(number).epoch_iter", places.map(Double.init))
      }
    }
  }

  @Test(arguments: ["pre", "k400", "ssv2"]) func scaledRatesMatchBEVT(_ recipe: String) throws {
    guard let schedules = try goldenJSON("bevt/lr_schedule.json") else { return }
    let entry = schedules[recipe]
    let (epochs, iterations) = (try #require(entry["epochs"].int), try #require(entry["iters_per_epoch"].int))
    let schedule = Schedule.scaledCosine(
      peak: try #require(entry["base_lr"].double), warmup: .epochs(try #require(entry["warmup_epochs"].double)),
      per: entry["by_epoch"].bool == true ? .epoch : .batch)
    let samples = try #require(entry["samples"].object)
    #expect(samples.count >= 10)
    for (iteration, wanted) in samples {
      let step = try #require(Int(iteration))
      let rate = schedule.rate(at: TrainingProgress(step: step, stepsPerEpoch: iterations, epochs: epochs))
      let stored = try #require(wanted.double)
      #expect(abs(rate - stored) <= 1e-9 * abs(stored) + 1e-18, "\(recipe), iteration \(iteration)")
    }
  }
}
