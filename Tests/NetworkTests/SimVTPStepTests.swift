import SluiceCheckpoints
import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Several steps of SimVTP's pre-training and of its fine-tuning, from draws to the parameters they lead to.
@Suite struct SimVTPStepTests {
  @Test func pretrainingFollowsTheReference() throws {
    try Golden.each("simvtp.train_steps") { file, check in
      let network = try SimVTP(SimVTPConfiguration(pretraining: file.config))
      try file.load(into: network.parameters) { $0 }
      let model = VideoTextModel(network, losses: try VideoTextLosses(golden: file.config["loss"].string))
      let objective = VideoTextObjective(contrast: try contrast(file.config))
      try follow(file, check, model, configuration(file.config), losses: objective.loss) { clips, suffix in
        try file.pairs(network.configuration, clips: clips, suffix: suffix)
      }
    }
  }

  @Test func tuningFollowsTheReference() throws {
    try Golden.each("simvtp.finetune_steps") { file, check in
      let network = try SimVTPTowers(SimVTPConfiguration(towers: file.config))
      try file.load(into: network.parameters) { $0 }
      var configuration = try configuration(file.config)
      // As published, the towers' names hide all layers.
      let strips = file.config["layer_decay_strips_tower"].bool == true
      configuration.groups = .layerDecay(strips ? try #require(file.config["layer_decay"].double) : 1)
      let objective = ContrastiveObjective(contrast: try contrast(file.config))
      try follow(file, check, RetrievalModel(network), configuration, losses: objective.loss) { clips, suffix in
        ClipTextBatch(
          clips: clips, texts: try file.texts(try file.ints("input.ids\(suffix)"), suffix: suffix))
      }
    }
  }

  /// Steps as a file has them; losses, rates and final parameters are compared.
  private func follow<Model: TrainingModel>(
    _ file: GoldenFile, _ check: GoldenChecker, _ model: Model, _ configuration: OptimizerConfiguration,
    losses: (Model.Output, Model.Batch) throws -> LossTerms,
    batch: (_ clips: Tensor, _ suffix: String) throws -> Model.Batch
  ) throws {
    let config = file.config
    let optimizer = Optimizer(configuration, store: model.parameters)
    let (videos, stepsPerEpoch) = (try #require(config["videos"].int), try #require(config["steps_per_epoch"].int))
    var series: [String: [Double]] = [:]
    for step in 0..<(try #require(config["steps"].int)) {
      let batch = try batch(try file.tensor("input.video_\(step % videos)"), "_\(step)")
      let terms = try losses(model(batch, .evaluation), batch)
      for term in terms.terms {
        series[term.name.replacing("loss_", with: "losses_"), default: []].append(Double(term.value.scalar))
      }
      series["losses", default: []].append(Double(terms.sum.scalar))
      terms.sum.backward()
      let progress = TrainingProgress(
        step: step, stepsPerEpoch: stepsPerEpoch, epochs: try #require(config["epochs"].int))
      series["lr", default: []].append(try optimizer.step(at: progress).learningRate)
      optimizer.finishBatch()
    }
    for (name, values) in series { try check("output.\(name)", values) }
    for name in file.names(under: "output.final.") {
      try check.tensor("output.final.\(name)", try #require(model.parameters[name]).value)
    }
  }

  private func contrast(_ config: JSONValue) throws -> Contrast {
    Contrast(temperature: Float(try #require(config["temperature"].double)))
  }

  private func configuration(_ config: JSONValue) throws -> OptimizerConfiguration {
    .adamW(
      .tableCosine(
        peak: try #require(config["lr"].double), warmup: .epochs(try #require(config["warmup_epochs"].double)),
        minimum: try #require(config["min_lr"].double)),
      weightDecay: .constant(try #require(config["weight_decay"].double)),
      betas: (try #require(config["betas"][0].double), try #require(config["betas"][1].double)),
      epsilon: try #require(config["eps"].double))
  }
}
