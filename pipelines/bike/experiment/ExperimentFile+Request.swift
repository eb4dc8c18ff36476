internal import SluiceModels
internal import SluicePlatform
internal import SluiceShards
public import SluiceTraining

extension ExperimentFile {
  /// Says in a request what the file says, unless the request says otherwise.
  ///
  /// Everything that the file does not decide is as in the published runs: the recipe `k400`, with the values of absent keys.
  /// - Parameter system: the one that is asked for; of BIKE's two, for each keys without an effect are noted.
  /// - Throws: ``RunError`` that names the key that cannot be, or cannot be with another.
  public func fill(_ request: inout RunRequest, for system: any TrainingSystem.Type) throws(RunError) {
    let systems = [BIKETraining.name, AttributesTraining.name]
    guard systems.contains(system.name) else {
      throw RunError(
        .configuration,
        "\(path): this is a configuration of BIKE, and \(system.name) has no use for it. Train \(systems.joined(separator: " or ")) "
          + "with it, or name a file of settings.")
    }
    try fillData(&request)
    try fillWeights(&request)
    request.seed = request.seed ?? self["seed"]?.whole.map(UInt64.init)
    request.epochs = request.epochs ?? self["solver.epochs"]?.whole
    request.validateEvery = request.validateEvery ?? self["logging.eval_freq"]?.whole
    let known = ExperimentFile.settings(of: system)
    request.experiment.settings = try settings()
    request.settings.merge(request.experiment.settings.filter { known.contains($0.key) }) { asked, _ in asked }
    if system.name == BIKETraining.name, let workers = self["data.workers"]?.whole {
      request.settings["decode.workers"] = request.settings["decode.workers"] ?? "\(min(max(workers, 1), 64))"
    }
    fillPlan(&request)
    if system.name == AttributesTraining.name {
      request.attributes = request.attributes ?? request.experiment.attributes
      request.validationAttributes = request.validationAttributes ?? request.experiment.validationAttributes
    }
  }

  private static func settings<System: TrainingSystem>(of system: System.Type) -> Set<String> {
    Set(System.Configuration.settings.map(\.name))
  }

  private func text(_ name: String) -> String? { self[name]?.text.flatMap { $0.isEmpty ? nil : $0 } }

  private var dataset: String { text("data.dataset") ?? "" }

  // MARK: Data

  private func fillData(_ request: inout RunRequest) throws(RunError) {
    var (hasOwnLists, hasOwnValidation) = (false, false)
    if let list = text("data.train_list") {
      if request.data.isEmpty {
        (request.data, hasOwnLists) = ([list], true)
      } else if request.clipLists.isEmpty, request.data.allSatisfy({ ShardSet.isSet($0) }) {
        // The list says which clips of the shards are meant.
        (request.clipLists, hasOwnLists) = ([list], true)
      }
    }
    if hasOwnLists { request.root = request.root ?? text("data.train_root") }
    if request.validation == nil, let list = text("data.val_list") {
      request.validation = [list]
      request.validationRoot = request.validationRoot ?? text("data.val_root")
      hasOwnValidation = true
    }
    // One way of writing and naming is for all lists.
    guard hasOwnLists || hasOwnValidation && request.data.isEmpty else {
      request.classes = request.classes ?? text("data.label_list")
      return
    }
    // Tables of Charades are told by their columns, and they alone are in seconds.
    if dataset == "charades" {
      request.listRate = request.listRate ?? self["data.fps"]?.number
    } else {
      request.format = request.format ?? "bike"
    }
    if text("data.modality") != "video" { request.imageTemplate = request.imageTemplate ?? text("data.image_tmpl") }
    request.classes = request.classes ?? text("data.label_list")
  }

  private func fillWeights(_ request: inout RunRequest) throws(RunError) {
    request.from = request.from ?? text("pretrain")
    guard let architecture = text("network.arch") else { return }
    if CLIPConfiguration.named(architecture) != nil {
      request.experiment.architecture = architecture
    } else if request.clip == nil {
      guard FileKind(at: architecture) != nil || request.runDirectory != nil else {
        throw RunError(
          .configuration,
          "\(path): network.arch is “\(architecture)”; wanted: ViT-B/32, ViT-B/16, ViT-L/14, ViT-L/14@336px, or a file or folder with "
            + "a CLIP, and there is none. Correct it, or name a CLIP by --clip.")
      }
      request.clip = architecture
    }
  }

  // MARK: Settings

  /// The settings of both branches that the keys come to.
  private func settings() throws(RunError) -> [String: String] {
    var settings: [String: String] = ["recipe.preset": "k400", "recipe.imageTemplate": BIKERecipe.noTemplate]
    func set(_ setting: String, _ key: String, _ absent: String? = nil) {
      guard let value = self[key] ?? absent.map({ ExperimentValue(plain: $0) }) else { return }
      settings[setting] = ExperimentFile.text(of: value)
    }
    let isDense = self["data.dense"]?.truth == true
    settings["recipe.dataset"] =
      dataset == "charades" ? "charades" : dataset.contains("something") ? "something" : "plain"
    settings["recipe.protocol"] =
      dataset == "charades" ? "charades" : dataset.contains("anet") ? "activitynet" : "general"
    set("recipe.frameCount", "data.num_segments")
    set("recipe.imageSize", "data.input_size")
    set("recipe.dense", "data.dense", "False")
    if !isDense { set("recipe.randomShift", "data.random_shift", "False") }
    set("recipe.shot", "data.shot")
    set("recipe.phrases", "data.select_topk_attributes")
    set("batch.size", "data.batch_size")
    for key in ["sim_header", "interaction", "drop_out", "emb_dropout"] { set("network." + key, "network." + key) }
    for key in ["init", "fix_text", "fix_video", "joint_st"] { set("network." + key, "network." + key, "False") }
    try setSolver(&settings)
    return settings
  }

  private func setSolver(_ settings: inout [String: String]) throws(RunError) {
    let (method, course) = (text("solver.optim") ?? "adamw", text("solver.type") ?? "cosine")
    (settings["recipe.method"], settings["recipe.course"]) = (method, course)
    settings["recipe.loss"] = text("solver.loss_type")
    for (setting, key) in [
      ("recipe.learningRate", "solver.lr"), ("recipe.clipRatio", "solver.clip_ratio"),
      ("optimize.accumulation", "solver.grad_accumulation_steps"),
    ] {
      settings[setting] = self[key].map(ExperimentFile.text)
    }
    if method != "adam" { settings["optimize.weightDecay"] = self["solver.weight_decay"].map(ExperimentFile.text) }
    if method == "sgd" {
      guard let momentum = self["solver.momentum"] else {
        throw RunError(
          .configuration,
          "\(path): solver.optim is sgd, and solver.momentum is absent; wanted: a number in 0.0...0.999, such as 0.9.")
      }
      settings["recipe.momentum"] = ExperimentFile.text(of: momentum)
    }
    settings["optimize.warmup"] = "\(self["solver.lr_warmup_step"]?.number ?? 0) epochs"
    guard course == "multistep" else { return }
    guard let milestones = self["solver.lr_decay_step"] else {
      throw RunError(
        .configuration,
        "\(path): solver.type is multistep, and solver.lr_decay_step is absent; wanted: an epoch, or a list of them.")
    }
    var epochs = ExperimentKey.epochs(milestones) ?? []
    if let interval = milestones.whole {
      epochs = Array(stride(from: interval, through: max(self["solver.epochs"]?.whole ?? 0, interval), by: interval))
    }
    settings["optimize.milestones"] = epochs.map(String.init).joined(separator: " ")
  }

  /// A value as `--set` takes it.
  private static func text(of value: ExperimentValue) -> String {
    switch value {
    case .text(let text): text
    case .truth(let truth): "\(truth)"
    case .number, .list, .null: value.description
    }
  }

  // MARK: The run

  private func fillPlan(_ request: inout RunRequest) {
    request.experiment.attributes = text("data.attributes_train_path")
    request.experiment.validationAttributes = text("data.attributes_val_path")
    request.experiment.resume = text("resume")
    request.experiment.isEvaluation = self["solver.evaluate"]?.truth == true
    if let output = text("data.output_path") {
      let parts = [output, text("data.dataset"), text("network.arch")].compactMap(\.self)
      request.experiment.folder = parts.joined(separator: "/")
    }
    var idle = unusedKeys
    if let method = text("solver.optim"), method != "sgd", self["solver.momentum"] != nil {
      idle.append("solver.momentum")
    }
    if text("solver.optim") == "adam", self["solver.weight_decay"] != nil { idle.append("solver.weight_decay") }
    if text("solver.type") != "multistep", self["solver.lr_decay_step"] != nil { idle.append("solver.lr_decay_step") }
    if !idle.isEmpty {
      let words = idle.count == 1 ? "is a key without an effect" : "are keys without an effect"
      request.experiment.notes.append("\(path): \(idle.joined(separator: ", ")) \(words).")
    }
    if self["logging.print_freq"] != nil {
      request.experiment.notes.append("\(path): logging.print_freq: every step stands in the run's metrics.jsonl.")
    }
  }
}
