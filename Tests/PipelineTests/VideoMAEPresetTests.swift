import SluiceAugment
import SluiceModels
import SluiceNN
import SluicePipelines
import SluiceTokenize
import SluiceTraining
import Testing

/// VideoMAE's published recipes, by their names, with the values that they come to.
@Suite struct VideoMAEPresetTests {
  /// A row of the published pre-training: what a run of so many devices comes to.
  struct Pretraining: Sendable, CustomTestStringConvertible {
    let preset: String
    let size: String
    /// Clips of a device, and devices: as many accumulated batches stand for them.
    let clips: Int
    let devices: Int
    let peak: Double
    let minimum: Double
    let epochs: Int
    let maskRatio: Double
    let stride: Int
    var testDescription: String { "\(preset) \(size)" }
  }

  static let pretraining: [Pretraining] = [
    .init(
      preset: "k400", size: "base", clips: 32, devices: 64, peak: 1.2e-3, minimum: 8e-5, epochs: 1600, maskRatio: 0.9,
      stride: 4),
    .init(
      preset: "k400", size: "large", clips: 8, devices: 64, peak: 3e-4, minimum: 2e-5, epochs: 1600, maskRatio: 0.9,
      stride: 4),
    .init(
      preset: "ssv2", size: "base", clips: 32, devices: 64, peak: 1.2e-3, minimum: 8e-5, epochs: 2400, maskRatio: 0.9,
      stride: 2),
    .init(
      preset: "ucf101", size: "base", clips: 24, devices: 8, peak: 2.25e-4, minimum: 7.5e-6, epochs: 3200,
      maskRatio: 0.75, stride: 4),
  ]

  @Test(arguments: pretraining) func pretrainingHasThePublishedValues(_ row: Pretraining) throws {
    let configuration = try MaskedConfiguration<VideoMAEDeclaration>([
      "model.preset": row.size, "recipe.preset": row.preset, "optimize.accumulation": "\(row.devices)",
    ])
    let (recipe, optimizer) = (configuration.recipe, configuration.recipe.optimizer)
    #expect(optimizer.batchSize == row.clips)
    // The tables are an epoch longer than the published checkpoints were trained.
    try expectTable(optimizer, peak: row.peak, minimum: row.minimum, warmup: 40, epochs: row.epochs + 1)
    #expect(optimizer.secondBeta == 0.95 && optimizer.layerDecay == 1 && !optimizer.averaging.isKept)
    #expect(recipe.target == .pixels && recipe.mask == .tube && recipe.maskRatio == row.maskRatio)
    #expect(recipe.frames.choice == .dense && recipe.frames.spacing == .strided && recipe.frames.stride == row.stride)
    #expect(recipe.clips.statistics == .imagenet)
    #expect(recipe.clips.operations(size: 224) == [.multiScaleCrop(224, resampling: .pillowBilinear)])
    #expect(configuration.network.network.dropPathRate == 0 && configuration.network.network.frameCount == 16)
  }

  /// A row of the published fine-tuning.
  struct Tuning: Sendable, CustomTestStringConvertible {
    let preset: String
    let size: String
    /// Items of a device, and devices.
    let clips: Int
    let devices: Int
    let peak: Double
    let minimum: Double
    let epochs: Int
    var repeats = 1
    var layerDecay = 0.75
    var dropPath = 0.1
    var dropout = 0.0
    var testDescription: String { "\(preset) \(size)" }
  }

  static let tuning: [Tuning] = [
    .init(preset: "k400", size: "small", clips: 12, devices: 32, peak: 7.5e-4, minimum: 1.5e-6, epochs: 150),
    .init(
      preset: "k400", size: "base", clips: 6, devices: 64, peak: 7.5e-4, minimum: 1.5e-6, epochs: 75, repeats: 2),
    .init(preset: "k400", size: "large", clips: 2, devices: 64, peak: 1e-3, minimum: 5e-7, epochs: 35, repeats: 2),
    .init(
      preset: "ssv2", size: "base", clips: 6, devices: 64, peak: 7.5e-4, minimum: 1.5e-6, epochs: 30, repeats: 2),
    .init(
      preset: "ucf101", size: "base", clips: 16, devices: 8, peak: 2.5e-4, minimum: 5e-6, epochs: 100,
      layerDecay: 0.7, dropPath: 0.2, dropout: 0.5),
  ]

  @Test(arguments: tuning) func tuningHasThePublishedValues(_ row: Tuning) throws {
    let configuration = try FineTuningConfiguration<VideoMAEFineTuningDeclaration>([
      "model.preset": row.size, "recipe.preset": row.preset, "optimize.accumulation": "\(row.devices)",
    ])
    let (recipe, optimizer) = (configuration.recipe, configuration.recipe.optimizer)
    #expect(optimizer.batchSize == row.clips && recipe.repeats == row.repeats)
    try expectTable(optimizer, peak: row.peak, minimum: row.minimum, warmup: 5, epochs: row.epochs)
    #expect(optimizer.secondBeta == 0.999 && optimizer.layerDecay == row.layerDecay)
    #expect(recipe.mixes && recipe.labelSmoothing == 0.1 && recipe.head.scale == 0.001)
    #expect(recipe.head.dropout == row.dropout && configuration.network.network.dropPathRate == row.dropPath)
    #expect(configuration.network.network.poolsMean && recipe.backboneRate == 1)

    let isUniform = row.preset == "ssv2"
    let flip: [AugmentOperation] = isUniform ? [] : [.flip(probability: 0.5)]
    #expect(
      recipe.clips.operations(size: 224)
        == [.randAugment(.increasing), .resizedCrop(224, scale: 0.08...1, resampling: .floatBilinear)] + flip
        + [.erase(probability: 0.25, fill: .noise)])
    #expect(
      recipe.clips.centered(size: 224) == [.shortSide(224, resampling: .openCVBilinear), .centerCrop(224)])
    #expect(recipe.clips.statistics == .imagenet && recipe.validation == .random)
    if isUniform {
      #expect(recipe.frames.choice == .segments && recipe.frames.bounds == .apart)
    } else {
      #expect(
        recipe.frames.choice == .dense && recipe.frames.spacing == .inclusive && recipe.frames.stride == 4)
    }
    let views = recipe.test.views
    #expect(views.windows == (isUniform ? 2 : 5) && views.crops == .three && views.average == .probability)
  }

  /// Rates that rise from 0 over `warmup` epochs to `peak`, which they have twice, and fall to `minimum`.
  private func expectTable(
    _ recipe: OptimizerRecipe, peak: Double, minimum: Double, warmup: Int, epochs: Int
  ) throws {
    #expect(recipe.method == .adamW && recipe.weightDecay == 0.05 && recipe.clip == .none)
    #expect(recipe.course == .cosineTable && recipe.epochs == epochs)
    #expect(abs(recipe.resolvedPeak / peak - 1) < 1e-12 && abs(recipe.resolvedMinimum / minimum - 1) < 1e-12)
    let (schedule, steps) = (recipe.configuration.schedule, 10)
    func rate(_ step: Int) -> Double {
      schedule.rate(at: TrainingProgress(step: step, stepsPerEpoch: steps, epochs: epochs))
    }
    #expect(rate(0) == 0 && rate(1) > 0)
    for step in [warmup * steps - 1, warmup * steps] { #expect(abs(rate(step) / peak - 1) < 1e-9) }
    #expect(rate(warmup * steps + 1) < peak)
    let last = rate(epochs * steps - 1)
    #expect(last > minimum && last - minimum < 1e-4 * peak)
  }

  @Test func ratesFollowTheBatchAndSizesBringTheirRecipes() throws {
    typealias Tuned = FineTuningConfiguration<VideoMAEFineTuningDeclaration>
    let alone = try Tuned(["model.preset": "base"])
    #expect(alone.preset == .k400 && abs(alone.recipe.optimizer.resolvedPeak - 5e-4 * 6 / 256) < 1e-15)
    #expect(abs(alone.recipe.optimizer.resolvedMinimum - 1e-6 * 6 / 256) < 1e-18)
    // Of ViT-H nothing was published: it is trained as ViT-L.
    let (large, huge) = (try Tuned(["model.preset": "large"]), try Tuned(["model.preset": "huge"]))
    #expect(huge.recipe == large.recipe && huge.network.network != large.network.network)
    // The recipe of another set, or for small sets, is the same for all sizes.
    #expect(try Tuned(["model.preset": "large", "recipe.preset": "ssv2"]).recipe == tuned("ssv2"))
    let quick = try Tuned(["model.preset": "base", "recipe.preset": "quick"])
    #expect(quick.recipe == Tuned().recipe && quick.network.network.dropPathRate == 0)
    #expect(quick.recipe.validation == .center)
    // What a user says counts more.
    let own = try Tuned(["model.preset": "base", "recipe.preset": "ucf101", "model.dropPath": "0.3"])
    #expect(own.network.network.dropPathRate == 0.3 && own.recipe.head.dropout == 0.5)
    var changed = own
    changed.choose(.k400)
    #expect(changed.network.network.dropPathRate == 0.1 && changed.recipe.head.dropout == 0)
  }

  private func tuned(_ preset: String) throws -> FineTuningRecipe {
    try FineTuningConfiguration<VideoMAEFineTuningDeclaration>(["model.preset": "base", "recipe.preset": preset])
      .recipe
  }

  @Test func variantsOfTheNetworkAreSettings() throws {
    let settings = [
      "model.layerScale": "0.1", "model.queryValueBias": "false", "model.learnsPositions": "true",
      "model.depth": "1", "model.imageSize": "32",
    ]
    let pretrained = try MaskedConfiguration<VideoMAEDeclaration>(settings)
    let names = try pretrained.network.masked(predictionWidth: 6).parameters.declarations.map(\.name)
    #expect(
      Array(names.prefix(4)) == [
        "mask_token", "encoder.pos_embed", "encoder.patch_embed.proj.weight", "encoder.patch_embed.proj.bias",
      ])
    #expect(names.contains("encoder.blocks.0.gamma_1") && names.contains("decoder.blocks.1.gamma_2"))
    #expect(!names.contains { $0.hasSuffix("q_bias") || $0.hasSuffix("v_bias") })
    let tuned = try FineTuningConfiguration<VideoMAEFineTuningDeclaration>(
      settings.merging(["model.pooling": "first"]) { $1 })
    let own = try tuned.network.classifier(classCount: 3, tuned.recipe.head).parameters.declarations.map(\.name)
    #expect(own.first == "pos_embed" && own.contains("blocks.0.gamma_2") && own.contains("norm.weight"))
    #expect(!own.contains("fc_norm.weight"))
  }
}
