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

/// BIKE's training loops from frames and tokens to the parameters they lead to: two groups, rates that are refreshed now and
/// then, frozen towers, and updates of several batches whose rest goes on into the next epoch.
@Suite struct BIKEStepTests {
  /// A training loop as a golden file has it.
  private struct Loop<Model: TrainingModel> where Model.Batch: LabeledPairs, Model.Output == PairScores {
    let model: Model
    let config: JSONValue
    let optimizer: Optimizer
    private(set) var losses: [Double] = []
    private(set) var rates: [Double] = []
    /// The gradients behind the first batch.
    private(set) var first: [String: Tensor] = [:]

    init(_ model: Model, _ config: JSONValue) throws {
      self.model = model
      self.config = config
      optimizer = Optimizer(try OptimizerConfiguration(bike: config), store: model.parameters)
    }

    /// Goes over the file's batches for each of its epochs.
    mutating func run(_ batch: (_ index: Int) throws -> Model.Batch) throws {
      let (perEpoch, epochs) = (try #require(config["iters_per_epoch"].int), try #require(config["epochs"].int))
      let accumulation = config["grad_accumulation_steps"].int ?? 1
      let objective = try PairObjective<Model.Batch>(PairLoss(golden: config))
      for epoch in try #require(config["run_epochs"].ints) {
        for index in 0..<perEpoch {
          let batch = try batch(index)
          let loss = try objective.loss(of: model(batch, .evaluation), for: batch).terms[0].value
          losses.append(Double(loss.scalar))
          loss.backward(scale: 1 / Float(accumulation))
          if losses.count == 1 {
            for parameter in model.parameters.parameters { first[parameter.name] = parameter.gradient }
          }
          let number = epoch * perEpoch + index
          let progress = TrainingProgress(
            batch: number, of: epochs * perEpoch, epochProgress: Double(number) / Double(perEpoch), of: Double(epochs))
          rates += try optimizer.rates(at: progress)
          // What an epoch leaves stays with the parameters, and goes into the first update of the next one.
          if (index + 1).isMultiple(of: accumulation) { try optimizer.step(at: progress) }
        }
      }
    }

    /// Compares losses, rates and what the parameters have become.
    func check(_ file: GoldenFile, _ check: GoldenChecker) throws {
      try check("output.losses", losses)
      try check("output.lrs", rates)
      for name in file.names(under: "output.after.") {
        try check.tensor("output.after.\(name)", try #require(model.parameters[storedName(name)]).value)
      }
    }
  }

  private func prompts(_ file: GoldenFile) throws -> ClassPrompts {
    let count = try file.shape("input.classes")[0]
    return ClassPrompts(
      names: (0..<count).map { "class \($0)" }, ids: try file.ints("input.classes").map { Int32($0) })
  }

  @Test func aRunOnVideosFollowsTheReference() throws {
    try Golden.each("bike.train_steps") { file, check in
      let config = file.config
      let clip = try CLIP(CLIPConfiguration(training: config))
      let head = try VideoHead(VideoHeadConfiguration(beside: config), beside: clip)
      let model = BIKEModel(
        clip, head, prompts: try prompts(file), freezesText: config["fix_text"].bool ?? false,
        freezesVideo: config["fix_video"].bool ?? false)
      try file.load(into: model.parameters, beside: VideoHead.name)
      try checkGroups(model.parameters, config)
      let (images, labels) = (try file.tensor("input.images"), try file.ints("input.labels"))
      let count = try file.shape("input.labels")[1]
      // Stored are videos of frames, a network reads clips.
      func batch(_ index: Int) -> LabeledBatch {
        LabeledBatch(
          clips: images.slice(index..<index + 1, axis: 0).reshaped(Array(images.shape.dimensions.dropFirst()))
            .permuted(0, 2, 1, 3, 4),
          labels: Array(labels[index * count..<(index + 1) * count]))
      }
      let features = try model.frameFeatures(of: batch(0).clips)
      try check.tensor("output.first.image_features", features.reshaped(-1, features.shape[2]))
      try check.tensor("output.first.logits", try model(batch(0), .evaluation).logits)

      var loop = try Loop(model, config)
      try loop.run { batch($0) }
      try check("output.loss", loop.losses[0])
      try loop.check(file, check)
      for name in file.names(under: "grad.") {
        try check.tensor("grad.\(name)", try #require(loop.first[storedName(name)], "\(name)"))
      }
      for name in model.parameters.frozen { #expect(loop.first[name] == nil, "\(name)") }
    }
  }

  /// The groups of the reference: CLIP's names stand alone there, and so do a head's.
  private func checkGroups(_ store: ParameterStore, _ config: JSONValue) throws {
    let groups = try OptimizerConfiguration(bike: config).groups.groups(
      of: store.declarations.map { ($0.name, $0.shape.rank) }, frozen: [])
    let peak = try #require(config["lr"].double)
    for (name, own) in [("group0", "clip"), ("group1", "head")] {
      let stored = config["groups"][name]
      guard let names = stored["params"].array?.compactMap(\.string) else { continue }
      let group = try #require(groups.first { $0.name == own })
      let members = group.members.map { member in
        member.hasPrefix(VideoHead.name + ".") ? String(member.dropFirst(VideoHead.name.count + 1)) : member
      }
      #expect(Set(members) == Set(names))
      #expect(group.decayFactor == 1)
      #expect(abs(peak * group.rateFactor - (stored["lr_base"].double ?? 0)) <= 1e-12)
    }
    if let trainable = config["groups"]["trainable"].array?.compactMap(\.string) {
      let own = store.declarations.map(\.name).filter { !store.frozen.contains($0) }
      let ofClip = own.filter { !$0.hasPrefix(VideoHead.name + ".") }
      #expect(Set(trainable).isSuperset(of: ofClip))
      #expect(trainable.allSatisfy { own.contains($0) || own.contains("\(VideoHead.name).\($0)") })
    }
  }

  @Test func aRunOnAttributesFollowsTheReference() throws {
    try Golden.each("bike.attribute_steps") { file, check in
      let config = file.config
      let clip = try CLIP(CLIPConfiguration(training: config))
      let head = SentenceHead(width: clip.configuration.embedding, beside: clip)
      let model = AttributesModel(clip, head, prompts: try prompts(file))
      try file.load(into: model.parameters, beside: SentenceHead.name)
      let learning = Set(model.parameters.declarations.map(\.name)).subtracting(model.parameters.frozen)
      #expect(learning == Set(file.names(under: "output.after.").map(storedName)))
      let (sentences, labels) = (try file.ints("input.sentences").map { Int32($0) }, try file.ints("input.labels"))
      let (count, length) = (try #require(config["batch"].int), try #require(config["context_length"].int))

      var loop = try Loop(model, config)
      try loop.run { index in
        SentenceBatch(
          ids: Array(sentences[index * count * length..<(index + 1) * count * length]),
          labels: Array(labels[index * count..<(index + 1) * count]))
      }
      try loop.check(file, check)
      let texts = try file.ints("input.validation_sentences").map { Int32($0) }
      let scores = try withoutGradients { try model.scores(of: texts, count: texts.count / length) }
      try check.tensor("output.validation_prob", scores.softmax())
    }
  }
}
