import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

extension VideoHeadConfiguration {
  /// The head that a golden file of a head alone describes.
  init(golden config: JSONValue) throws {
    try self.init(config, width: "embed", heads: "heads")
  }

  /// The head that stands beside the network of a golden file.
  init(beside config: JSONValue) throws {
    try self.init(config, width: "embed_dim", heads: "head_heads")
  }

  private init(_ config: JSONValue, width: String, heads: String) throws {
    let headCount: Int = try #require(config[heads].int)
    self.init(
      width: try #require(config[width].int), headCount: headCount,
      frameLimit: try #require(config["context_length"].int), depth: try #require(config["layers"].int),
      temporal: try #require(TemporalModule(rawValue: config["sim_header"].string ?? "")),
      interaction: try #require(Interaction(rawValue: config["interaction"].string ?? "")))
    epsilon = Float(try #require(config["ln_eps"].double))
    temperature = Float(try #require(config["vcs_temperature"].double))
  }
}

extension CLIPConfiguration {
  /// The towers of a golden file; of a file with one tower alone the vision tower is as small as can be.
  init(training config: JSONValue) throws {
    let vision = config["vision_width"].int != nil
    func size(_ key: String, _ small: Int) throws -> Int { vision ? try #require(config[key].int, "\(key)") : small }
    self.init(
      embedding: try #require(config["embed_dim"].int), imageSize: try size("image_resolution", 8),
      patchSize: try size("vision_patch_size", 8), visionWidth: try size("vision_width", 8),
      visionLayers: try size("vision_layers", 1), textWidth: try #require(config["transformer_width"].int),
      textLayers: try #require(config["transformer_layers"].int),
      vocabularySize: try #require(config["vocab_size"].int))
    visionHeads = try size("vision_heads", 1)
    textHeads = try #require(config["transformer_heads"].int)
    contextLength = try #require(config["context_length"].int)
  }
}

extension OptimizerConfiguration {
  /// The optimizer of BIKE's training loop as a golden file has it.
  init(bike config: JSONValue) throws {
    func number(_ key: String) throws -> Double { try #require(config[key].double, "\(key)") }
    let warmup = Warmup.epochs(try number("lr_warmup_step"))
    let milestones =
      config["lr_decay_step"].int.map { EpochList(every: $0, of: config["epochs"].int ?? 0) }
      ?? EpochList(config["lr_decay_step"].ints ?? [])
    let schedule: Schedule =
      config["lr_type"].string == "multistep"
      ? .multistep(try number("lr"), milestones: milestones, warmup: warmup)
      : .fractionalCosine(peak: try number("lr"), warmup: warmup, start: 0, minimum: 0)
    let (refreshed, groups) = (
      schedule.refreshed(every: config["lr_refresh_every"].int ?? 10),
      BIKELearning.groups(clipRatio: try number("clip_ratio"))
    )
    let decay = DecaySchedule.constant(try number("weight_decay"))
    let betas = (config["betas"][0].double ?? 0.9, config["betas"][1].double ?? 0.999)
    let epsilon = config["eps"].double ?? 1e-8
    switch config["optimizer"].string ?? "adamw" {
    case "adamw":
      self = .adamW(refreshed, weightDecay: decay, betas: betas, epsilon: epsilon, groups: groups)
    case "adam":
      self = .adam(refreshed, weightDecay: 0.2, betas: betas, epsilon: epsilon, groups: groups)
    case "sgd":
      self = .sgd(refreshed, weightDecay: decay, momentum: try number("momentum"), nesterov: false, groups: groups)
    case let name: throw GoldenError("\(name) is no optimizer")
    }
  }
}

extension PairLoss {
  /// The loss that a golden file was computed with.
  init(golden config: JSONValue) throws {
    self.init(
      try #require(Kind(rawValue: config["loss_type"].string ?? "NCE")), sharpness: config["target_scale"].double ?? 10,
      dualTemperature: Float(config["ds_temperature"].double ?? 1000))
  }
}

extension Optimizer {
  /// The rates of the groups of a CLIP and of the head beside it.
  func rates(at progress: TrainingProgress) throws -> [Double] {
    let rate = configuration.schedule.rate(at: progress)
    return try ["clip", "head"].map { name in
      rate * (try #require(groups.first { $0.name == name }).rateFactor)
    }
  }
}

extension GoldenFile {
  /// Gives the file's parameters to a CLIP and the head beside it; those that a file leaves out are the vision tower's.
  /// - Parameter head: what the file's names have in front of the head's.
  func load(into store: ParameterStore, beside head: String) throws {
    var values: [String: Tensor] = [:]
    for name in names(under: "param.") { values[storedName(name)] = try tensor("param.\(name)") }
    let report = try store.load(values, mode: .present)
    #expect(report.unexpected == [] && report.unfit == [])
    #expect(report.missing.allSatisfy { $0.hasPrefix("visual.") && !names(under: "param.").contains("model.\($0)") })
    #expect(report.loaded.contains { $0.hasPrefix("\(head).") })
  }
}

/// The name that a parameter of a golden file has beside the other ones: the CLIP's stand in front.
func storedName(_ name: String) -> String {
  name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
}
