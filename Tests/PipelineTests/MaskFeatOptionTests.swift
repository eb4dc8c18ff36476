import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceMask
import SluiceModels
import SluiceOptimize
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Pre-training in its variants: targets, masks, networks, and an objective of one's own with discrete tokens.
@Suite(.serialized) struct MaskFeatOptionTests {
  /// Each variant is another computation: with the same seed and clips none has the first loss of another.
  @Test func everyVariantTakesAStepOfItsOwn() throws {
    let variants = [
      "", "--set recipe.mask=block3d", "--set recipe.hog=sobel", "--target pixels --set recipe.mask=tube",
      "--set recipe.preset=official", "--target pixels --set model.architecture=mvitv2_s --set recipe.mask=random",
      "--pixels fast --set recipe.colors=randAugment --set recipe.statistics=imagenet",
    ]
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      var losses: [Double: String] = [:]
      for (number, options) in variants.enumerated() {
        let out = "\(folder)/run-\(number)"
        let run = try SluiceProgram.run(
          ["train", "maskfeat", "--data", list, "--steps", "1", "--set", "batch.size=2", "--seed", "3", "--out", out]
            + options.split(separator: " ").map(String.init))
        #expect(run.status == 0, "\(options): \(run.errors)")
        let line = try #require(try MetricsLog.lines(at: out + "/metrics.jsonl").first)
        #expect(line.loss.isFinite && line.gradientNorm.isFinite && line.gradientNorm > 0, "\(options)")
        #expect(losses[line.loss] == nil, "\(options) has the loss of \(losses[line.loss] ?? "")")
        losses[line.loss] = options
      }
    }
  }

  @Test func unknownOptionsAreRefusedWithTheNearest() throws {
    for (options, hint) in [
      (["--set", "recipe.mask=cubee"], "Did you mean cube?"), (["--target", "hogg"], "Did you mean hog?"),
      (["--pixels", "fasst"], "Did you mean fast?"), (["--set", "recipe.colorss=none"], "Did you mean colors?"),
    ] {
      let run = try SluiceProgram.run(["graph", "maskfeat"] + options)
      #expect(run.status == 1 && run.errors.contains(hint), "\(run.errors)")
    }
  }

  @Test func anObjectiveOfDiscreteTokensTrainsTheSameBackbone() async throws {
    let folder = TemporaryFolder()
    let list = try DatasetList(contentsOf: try SampleVideos.write(2, to: folder.path))
    let objective = StandInTokens()
    var network = MViTConfiguration.base
    (network.frameCount, network.imageSize, network.dimension, network.depth) = (8, 64, 16, 4)
    let model = MaskedModel(try MViT(network, predictionWidth: objective.predictionWidth), for: objective)
    let clips = try Clips(videos: list)
    let pipeline = Pipeline("tokens") {
      clips
      DenseFrames(count: 8, stride: 2)
      Decode()
      Augment(.resizedCrop(64), .flip)
      CubeMask(ratio: 0.5, minimumPatches: 2)
      objective.target
        .batch(2)
      Collate(objective)
      Step {
        Forward(model)
        Loss(objective)
        Optimize(model.parameters, .adamW(.constant(1e-3)))
      }
    }
    var losses: [Double] = []
    for try await report in pipeline.run(RunOptions(epochs: 12)) { losses.append(report.loss) }
    #expect(losses.count == 12 && losses.allSatisfy { $0 > 0 } && losses[11] < 0.8 * losses[0], "\(losses)")
  }
}

/// The brightness of a hidden token's first pixel in eight steps, in place of a trained tokenizer.
private struct StandInTokens: MaskedObjective {
  struct Tokens: Sendable {
    let places: [Int]
    let words: [Int]
  }

  struct Tokenize: Stage {
    func callAsFunction(_ masked: MaskedClip, context: ElementContext) -> MaskedSample<Tokens> {
      let (mask, pixels) = (masked.mask, masked.clip.pixels)
      let places = mask.values.indices.filter { mask.values[$0] == 1 }
      let words = places.map { place in
        let (step, inside) = place.quotientAndRemainder(dividingBy: mask.rows * mask.columns)
        let (row, column) = inside.quotientAndRemainder(dividingBy: mask.columns)
        return Int(pixels.bytes[((step * 2 * pixels.height + row * 16) * pixels.width + column * 16) * 3]) / 32
      }
      return MaskedSample(masked: masked, target: Tokens(places: places, words: words))
    }
  }

  typealias Target = Tokens

  let target = Tokenize()
  let predictionWidth = 8

  func loss(of output: Tensor, for batch: MaskedBatch<[Tokens]>) -> LossTerms {
    let count = output.shape[1]
    let indices = batch.targets.enumerated().flatMap { number, tokens in tokens.places.map { number * count + $0 } }
    return LossTerms(
      output.reshaped(-1, predictionWidth).rows(at: indices).crossEntropy(labels: batch.targets.flatMap(\.words)))
  }
}
