import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Shapes of CLIP, what is told of weights, and random decisions.
@Suite struct CLIPTests {
  private static var tiny: CLIPConfiguration {
    var tiny = CLIPConfiguration(
      embedding: 8, imageSize: 8, patchSize: 4, visionWidth: 12, visionLayers: 2, textWidth: 10, textLayers: 2,
      vocabularySize: 20)
    (tiny.visionHeads, tiny.textHeads, tiny.contextLength) = (3, 2, 6)
    return tiny
  }

  private func sentence(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  @Test func publishedShapesHaveThePublishedNumbersOfParameters() throws {
    let counts = [
      "ViT-B/32": 151_277_313, "ViT-B/16": 149_620_737, "ViT-L/14": 427_616_513, "ViT-L/14-336px": 427_944_193,
    ]
    #expect(Set(CLIPConfiguration.publishedNames) == Set(counts.keys))
    for (name, count) in counts {
      let clip = try CLIP(#require(CLIPConfiguration.named(name)))
      #expect(clip.parameters.elementCount == count, "\(name)")
    }
    #expect(CLIPConfiguration.named("ViT-L/14@336px") == CLIPConfiguration.named("ViT-L/14-336px"))
    #expect(CLIPConfiguration.named("RN50") == nil)
  }

  @Test func sizesAreToldFromWeights() throws {
    for name in CLIPConfiguration.publishedNames {
      let published = try #require(CLIPConfiguration.named(name))
      #expect(try CLIPConfiguration(of: Self.infos(of: CLIP(published)), in: "weights") == published)
    }
  }

  private static func infos(of clip: CLIP) -> [TensorInfo] {
    clip.parameters.declarations.map { TensorInfo(name: $0.name, type: .float32, shape: $0.shape.dimensions) }
  }

  @Test func otherNetworksAreRefusedByName() throws {
    let whole = Self.infos(of: try CLIP(#require(CLIPConfiguration.named("ViT-B/32"))))
    func told(_ infos: [TensorInfo]) -> String { sentence { _ = try CLIPConfiguration(of: infos, in: "a.pt") } }
    let resnet = [
      TensorInfo(name: "visual.layer1.0.conv1.weight", type: .float32, shape: [64, 64, 1, 1]),
      TensorInfo(name: "visual.attnpool.k_proj.weight", type: .float32, shape: [2048, 2048]),
    ]
    #expect(
      told(resnet)
        == "a.pt: this is a CLIP whose images go through a ResNet, and vision transformers are wanted: ViT-B/32, ViT-B/16, "
        + "ViT-L/14, ViT-L/14-336px")
    #expect(
      told([]) == "a.pt: no visual.proj is among its 0 tensors, so this is no CLIP. Name an archive such as "
        + "ViT-B-32.pt, or its weights as safetensors")
    #expect(
      told(whole.filter { $0.name != "token_embedding.weight" })
        == "a.pt: token_embedding.weight is missing, without which this is no whole CLIP")
    func replacing(_ name: String, _ shape: [Int]) -> [TensorInfo] {
      whole.map { $0.name == name ? TensorInfo(name: name, type: .float32, shape: shape) : $0 }
    }
    #expect(told(replacing("text_projection", [512])) == "a.pt: text_projection is [512], wanted are 2 extents")
    #expect(
      told(replacing("visual.positional_embedding", [52, 768]))
        == "a.pt: visual.conv1.weight is [768, 3, 32, 32] and visual.positional_embedding [52, 768], wanted are square patches of "
        + "three colors and a position for each patch of a square and one more")
  }

  @Test func sizesThatContradictEachOtherAreRefused() throws {
    func told(_ change: (inout CLIPConfiguration) -> Void) -> String {
      var configuration = Self.tiny
      change(&configuration)
      return sentence { _ = try CLIP(configuration) }
    }
    #expect(
      told { $0.embedding = 0 } == "CLIP: every size must be at least 1, found [0, 8, 4, 12, 2, 3, 10, 2, 2, 6, 20, 1]")
    #expect(
      told { $0.patchSize = 3 } == "CLIP: patches of 3 pixels do not divide images of 8. Change the size of the images")
    #expect(told { $0.visionHeads = 5 } == "CLIP: 5 and 2 heads do not divide widths of 12 and 10")
    #expect(
      told { $0.dropRate = 1 } == "CLIP: dropRate is 1.0 and embeddingDropout 0.0, wanted is 0 ..< 1")
  }

  @Test func inputsThatDoNotFitAreRefused() throws {
    let clip = try CLIP(Self.tiny)
    #expect(
      sentence { _ = try clip.imageFeatures(of: .zeros([1, 3, 8, 9])) }
        == "CLIP: images are [1, 3, 8, 9], wanted are [N, 3, 8, 8]. Change the size of the images")
    #expect(
      sentence { _ = try clip.textFeatures(of: [1, 2], count: 1) }
        == "CLIP: 2 ids of 1 texts, wanted are 6 for each of one or more")
    #expect(
      sentence { _ = try clip.textFeatures(of: [1, 2, 3, 20, 0, 0], count: 1) }
        == "CLIP: token 20 is outside the vocabulary of 20. Use the merges that the network was made for")
    var joint = Self.tiny
    joint.jointFrames = 3
    let together = try CLIP(joint)
    #expect(
      sentence { _ = try together.imageFeatures(of: .zeros([4, 3, 8, 8])) }
        == "CLIP: 4 images, wanted are whole videos of 3 frames each")
    #expect(try together.imageFeatures(of: .zeros([6, 3, 8, 8])).shape == [2, 8])
  }

  /// Attention whose shares may be dropped is composed of other operations, and comes to the same where none is.
  @Test func attentionWithDropoutIsTheSameWhereNothingIsDropped() throws {
    var dropping = Self.tiny
    (dropping.dropRate, dropping.embeddingDropout) = (0.4, 0.2)
    let (plain, other) = (try CLIP(Self.tiny), try CLIP(dropping))
    for clip in [plain, other] { clip.parameters.initialize(seed: 3) }
    let values = (0..<384).map { index -> Float in Float(index % 37) / 37 - 0.5 }
    let images = Tensor(values, shape: [2, 3, 8, 8])
    let ids: [Int32] = [18, 4, 7, 19, 0, 0, 18, 3, 19, 0, 0, 0]
    // Each number keeps what it decides about, before it is divided by the rate of what is kept.
    let keeping = ForwardPass { count in [Float](repeating: 0.999, count: count) }
    let (first, second) = (
      try plain.textFeatures(of: ids, count: 2), try plain.imageFeatures(of: images)
    )
    // Evaluation has no random decisions.
    #expect(try other.imageFeatures(of: images).floats == second.floats)
    #expect(try other.textFeatures(of: ids, count: 2).tokens.floats == first.tokens.floats)
    // With them features differ, and stay finite.
    let dropped = try other.imageFeatures(of: images, keeping)
    #expect(dropped.floats != second.floats && dropped.floats.allSatisfy(\.isFinite))
    // The first block drops nothing, and nothing is scaled behind it without the embedding's dropout.
    dropping.embeddingDropout = 0
    dropping.visionLayers = 1
    var single = Self.tiny
    single.visionLayers = 1
    let (one, same) = (try CLIP(single), try CLIP(dropping))
    for clip in [one, same] { clip.parameters.initialize(seed: 3) }
    #expect(try same.imageFeatures(of: images, keeping).floats == one.imageFeatures(of: images).floats)
  }

  /// What stands behind a text's end changes nothing before it, and is computed all the same.
  @Test func tokensSeeOnlyThoseBeforeThem() throws {
    let clip = try CLIP(Self.tiny)
    clip.parameters.initialize(seed: 1)
    let texts = try clip.textFeatures(of: [18, 4, 7, 19, 0, 0, 18, 4, 7, 19, 5, 6], count: 2)
    let tokens = texts.tokens.floats
    #expect(tokens[0..<32] == tokens[48..<80])
    #expect(tokens[32..<48] != tokens[80..<96])
    #expect(texts.sentences.floats[0..<8] == texts.sentences.floats[8..<16])
  }

  @Test func theScaleIsLearnedAsItsLogarithm() throws {
    let clip = try CLIP(Self.tiny)
    clip.parameters.initialize(seed: 0)
    #expect(abs(clip.scale().scalar - 1 / 0.07) < 1e-4)
    (clip.scale() * 2).backward()
    let gradient = try #require(clip.parameters["logit_scale"]?.gradient).scalar
    #expect(abs(gradient - 2 / 0.07) < 1e-3)
  }
}
