import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct VideoMAEGoldenTests {
  @Test func positionTablesAreTheReferences() throws {
    try Golden.each("videomae.sincos") { file, check in
      for (name, table) in try #require(file.config["tables"].object) where check.wants("output.\(name)") {
        let (count, width) = (try #require(table["positions"].int), try #require(table["dim"].int))
        let own = Tensor.waves(rows: count, width: width).floats
        let rows = table["rows"].string == "input.rows" ? try file.ints("input.rows") : Array(0..<count)
        try check("output.\(name)", rows.flatMap { own[$0 * width..<($0 + 1) * width] }, shape: [rows.count, width])
      }
    }
  }

  @Test(arguments: Precision.allCases) func pretrainingMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("videomae.pretrain", precision: precision) { file, check in
      let model = try VideoMAE(VideoMAEConfiguration(pretraining: file.config))
      try file.load(into: model.parameters) { $0 }
      let video = try file.tensor("input.video")
      let mask = try file.bytes("input.mask")
      let recorder = Recorder()
      let prediction = try model.hiddenPrediction(of: video, hidden: mask, recorder.pass())
      try check.observed(by: recorder)
      let target = pixelTargets(
        video, mask, model.configuration, isNormalized: file.config["normalize_target"].bool == true)
      try check.tensor("output.target", target)
      let loss = prediction.loss(to: target)
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters) { $0 }
    }
  }

  @Test func predictionsOfVisibleTokensAreZero() throws {
    var tiny = VideoMAEConfiguration.small
    (tiny.frameCount, tiny.height, tiny.width, tiny.depth, tiny.decoderDepth) = (4, 32, 32, 1, 1)
    let model = try VideoMAE(tiny)
    let count = tiny.tokenGrid.count
    let mask = (0..<2 * count).map { UInt8($0 % 4 == 0 ? 0 : 1) }
    let clips = Tensor.full([2, 3, 4, 32, 32], 0.5)
    let whole = try model.prediction(of: clips, hidden: mask)
    let rows = whole.floats
    for token in 0..<2 * count {
      let row = rows[token * tiny.predictionWidth..<(token + 1) * tiny.predictionWidth]
      #expect(row.contains { $0 != 0 } == (mask[token] != 0))
    }
    var ragged = mask
    ragged[0] = 1
    #expect(throws: ModelError.self) { try model.prediction(of: clips, hidden: ragged) }
  }

  /// Learned positions that are the fixed table give what the table gives, and learn.
  @Test func learnedPositionsStandInForTheTable() throws {
    var fixed = VideoMAEConfiguration.small
    (fixed.frameCount, fixed.height, fixed.width, fixed.depth, fixed.decoderDepth) = (4, 32, 32, 1, 1)
    var learning = fixed
    learning.learnsPositions = true
    let table = Tensor.waves(rows: fixed.tokenGrid.count, width: fixed.dimension)
    let numbers: [Float] = (0..<24_576).map { place in Float(place * 7919 % 1000) / 500 - 1 }
    let clips = Tensor(numbers, shape: [2, 3, 4, 32, 32])
    let mask = (0..<2 * fixed.tokenGrid.count).map { UInt8($0 % 4 == 0 ? 0 : 1) }
    let whole = (try VideoMAE(fixed), try VideoMAE(learning))
    whole.0.parameters.initialize(seed: 2)
    try whole.1.parameters.load(
      whole.0.parameters.values.merging(["encoder.pos_embed": table]) { $1 }, mode: .exact)
    let prediction = try whole.1.prediction(of: clips, hidden: mask)
    #expect(try prediction.floats == whole.0.prediction(of: clips, hidden: mask).floats)
    prediction.loss(to: .zeros(prediction.shape)).backward()
    let tuned = (try VideoViT(fixed), try VideoViT(learning))
    tuned.0.parameters.initialize(seed: 2)
    try tuned.1.parameters.load(tuned.0.parameters.values.merging(["pos_embed": table]) { $1 }, mode: .exact)
    let features = try tuned.1.features(of: clips)
    #expect(try features.floats == tuned.0.features(of: clips).floats)
    features.loss(to: .zeros(features.shape)).backward()
    for (store, name) in [(whole.1.parameters, "encoder.pos_embed"), (tuned.1.parameters, "pos_embed")] {
      let gradient = try #require(store[name]?.gradient)
      #expect(gradient.shape == table.shape && gradient.floats.contains { $0 != 0 })
      // A part of the input: not decayed, and at the rate of the lowest layer.
      let groups = GroupRules.layerDecay(0.5).groups(of: store.declarations.map { ($0.name, $0.shape.rank) })
      let group = try #require(groups.first { $0.members.contains(name) })
      #expect(group.decayFactor == 0 && group.rateFactor < 0.5)
    }
  }

  @Test(arguments: Precision.allCases) func classificationMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("videomae.finetune", precision: precision) { file, check in
      let config = file.config
      let classes = try #require(config["num_classes"].int)
      let model = try Classifier(VideoViT(VideoMAEConfiguration(classification: config)), classCount: classes)
      try file.load(into: model.parameters) { $0 }
      let recorder = Recorder()
      let logits = try model.logits(of: try file.tensor("input.video"), recorder.pass())
      try check.observed(by: recorder)
      try check.tensor("output.logits", logits)
      let labels = try file.ints("input.labels")
      let target = softTarget(
        labels, classes, mixed: try #require(config["lam"].double), smoothing: try #require(config["smoothing"].double))
      try check.tensor("output.soft_target", target)
      try check("output.hard_ce", logits.crossEntropy(labels: labels).scalar)
      let loss = logits.crossEntropy(target: target)
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters) { $0 }
      try checkLayerDecay(config, model.parameters, check)
    }
  }

  @Test func trainingFollowsTheReference() throws {
    try Golden.each("videomae.trajectory") { file, check in
      let config = file.config
      let model = try VideoMAE(VideoMAEConfiguration(pretraining: config))
      try file.load(into: model.parameters) { $0 }
      let (epochs, stepsPerEpoch) = (try #require(config["epochs"].int), try #require(config["steps_per_epoch"].int))
      let schedule = Schedule.tableCosine(
        peak: try #require(config["lr"].double), warmup: .epochs(try #require(config["warmup_epochs"].double)),
        minimum: try #require(config["min_lr"].double))
      let optimizer = Optimizer(
        .adamW(
          schedule, weightDecay: .constant(try #require(config["weight_decay"].double)),
          betas: (try #require(config["betas"][0].double), try #require(config["betas"][1].double)),
          epsilon: try #require(config["eps"].double)), store: model.parameters)
      let videos = file.names(under: "input.video_").count
      var (losses, rates): ([Float], [Double]) = ([], [])
      for step in 0..<epochs * stepsPerEpoch {
        let video = try file.tensor("input.video_\(step % videos)")
        let mask = try file.bytes("input.mask_\(step)")
        let prediction = try model.hiddenPrediction(of: video, hidden: mask)
        let target = pixelTargets(
          video, mask, model.configuration, isNormalized: config["normalize_target"].bool == true)
        let loss = prediction.loss(to: target)
        losses.append(loss.scalar)
        loss.backward()
        let progress = TrainingProgress(step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
        rates.append(try optimizer.step(at: progress).learningRate)
      }
      try check("output.losses", losses)
      try check("output.lr", rates)
      for name in file.names(under: "output.final.") {
        try check.tensor("output.final.\(name)", try #require(model.parameters[name]).value)
      }
    }
  }

  private func checkLayerDecay(_ config: JSONValue, _ store: ParameterStore, _ check: GoldenChecker) throws {
    let rule = GroupRules.layerDecay(try #require(config["layer_decay"].double))
    let groups = rule.groups(of: store.declarations.map { ($0.name, $0.shape.rank) })
    for entry in config["layer_decay_table"].array ?? [] {
      let name = try #require(entry["name"].string)
      let group = try #require(groups.first { $0.members.contains(name) })
      check("output.lr_scale.\(name)", [group.rateFactor], listed: [try #require(entry["lr_scale"].double)])
      #expect((group.decayFactor > 0) == ((entry["weight_decay"].double ?? 0) > 0), "\(name)")
    }
  }

  private static let nameList = Golden.folder?.appendingPathComponent("videomae/parameter_names.json")

  @Test(
    .enabled(if: nameList.map { FileManager.default.fileExists(atPath: $0.path) } ?? false, "there is no list of names")
  )
  func namesAndShapesAreThoseOfTheReference() throws {
    let list = try #require(Self.nameList)
    let models = try #require(JSONValue(json: String(contentsOf: list, encoding: .utf8)).object)
    for (name, configuration) in [("small", VideoMAEConfiguration.small), ("base", .base), ("large", .large)] {
      let whole = try #require(models["pretrain_\(name)"])
      let pretrained = try VideoMAE(configuration).parameters
      try expect(pretrained, whole)
      let tuned = try #require(models["finetune_\(name)_k400"])
      try expect(Classifier(VideoViT(configuration), classCount: 400).parameters, tuned)
    }
  }

  private func expect(_ store: ParameterStore, _ listed: JSONValue) throws {
    let entries = try #require(listed["params"].array)
    #expect(store.declarations.map(\.name) == entries.compactMap { $0["name"].string })
    #expect(store.declarations.map(\.shape.dimensions) == entries.compactMap { $0["shape"].ints })
    #expect(store.elementCount == listed["total"].int)
  }
}

/// The oracle of mixed targets: smoothed labels, `share` of each row's own and the rest of the row's from the end.
func softTarget(_ labels: [Int], _ classes: Int, mixed share: Double, smoothing: Double) -> Tensor {
  let off = smoothing / Double(classes)
  func smooth(_ label: Int, _ index: Int) -> Double { index == label ? 1 - smoothing + off : off }
  return Tensor([labels.count, classes]) { elements in
    for (row, label) in labels.enumerated() {
      let other = labels[labels.count - 1 - row]
      for index in 0..<classes {
        let value = share * smooth(label, index) + (1 - share) * smooth(other, index)
        elements[row * classes + index] = Float(value)
      }
    }
  }
}

/// The oracle of the pixel target: values of each hidden tubelet, at mean 0 and deviation 1 for each colour if asked.
func pixelTargets(
  _ video: Tensor, _ mask: [UInt8], _ configuration: VideoMAEConfiguration, isNormalized: Bool
) -> Tensor {
  let grid = configuration.tokenGrid
  let (length, patch) = (configuration.tubeletSize, configuration.patchSize)
  let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  let numbers = video.floats
  var values: [Float] = []
  for token in mask.indices where mask[token] != 0 {
    let (clip, place) = (token / grid.count, token % grid.count)
    let (step, row, column) = (
      place / (grid.height * grid.width), place / grid.width % grid.height, place % grid.width
    )
    var cube: [[Double]] = []
    for frame in step * length..<(step + 1) * length {
      for y in row * patch..<(row + 1) * patch {
        for x in column * patch..<(column + 1) * patch {
          cube.append(
            (0..<3).map { color in
              let plane = (clip * 3 + color) * configuration.frameCount + frame
              let number = numbers[(plane * configuration.height + y) * configuration.width + x]
              return Double(number) * deviation[color] + mean[color]
            })
        }
      }
    }
    if isNormalized {
      for color in 0..<3 {
        let centre = cube.reduce(0) { $0 + $1[color] } / Double(cube.count)
        let square = cube.reduce(0) { $0 + ($1[color] - centre) * ($1[color] - centre) } / Double(cube.count - 1)
        for index in cube.indices {
          cube[index][color] = (cube[index][color] - centre) / (square.squareRoot() + 1e-6)
        }
      }
    }
    values += cube.flatMap { $0.map { Float($0) } }
  }
  let batch = video.shape[0]
  return Tensor(
    values, shape: [batch, values.count / batch / configuration.predictionWidth, configuration.predictionWidth])
}

extension VideoMAEConfiguration {
  /// The configuration a golden file of pre-training describes.
  init(pretraining config: JSONValue) throws {
    self = .base
    try read(config)
    dimension = try #require(config["enc_dim"].int)
    depth = try #require(config["enc_depth"].int)
    headCount = try #require(config["enc_heads"].int)
    decoderDimension = try #require(config["dec_dim"].int)
    decoderDepth = try #require(config["dec_depth"].int)
    decoderHeadCount = try #require(config["dec_heads"].int)
  }

  /// The configuration a golden file of classification describes.
  init(classification config: JSONValue) throws {
    self = .base
    try read(config)
    dimension = try #require(config["dim"].int)
    depth = try #require(config["depth"].int)
    headCount = try #require(config["heads"].int)
    poolsMean = config["use_mean_pooling"].bool != false
  }

  private mutating func read(_ config: JSONValue) throws {
    frameCount = try #require(config["frames"].int)
    height = try #require(config["img_size"][0].int)
    width = try #require(config["img_size"][1].int)
    patchSize = try #require(config["patch"].int)
    tubeletSize = try #require(config["tubelet"].int)
    mlpRatio = config["mlp_ratio"].double ?? mlpRatio
    hasQueryValueBias = config["qkv_bias"].bool != false
    if let scale = config["init_values"].double, scale > 0 { layerScale = scale }
  }
}
