import SluiceFlow
import SluiceForward
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// Batches larger than memory: towers that take some samples at a time, with one loss over all.
@Suite struct BIKEChunkTests {
  private static let labels = [2, 0, 2, 1, 4, 0, 2]

  private func configuration(dropRate: Double = 0) -> CLIPConfiguration {
    var configuration = CLIPConfiguration(
      embedding: 24, imageSize: 16, patchSize: 8, visionWidth: 32, visionLayers: 2, textWidth: 24, textLayers: 2,
      vocabularySize: 40)
    configuration.contextLength = 10
    (configuration.visionHeads, configuration.textHeads) = (2, 2)
    (configuration.dropRate, configuration.embeddingDropout) = (dropRate, dropRate)
    return configuration
  }

  private func model(
    dropRate: Double = 0, freezesText: Bool, freezesVideo: Bool = false, _ interaction: Interaction = .vcs,
    chunk: Int? = nil
  ) throws -> BIKEModel {
    let clip = try CLIP(configuration(dropRate: dropRate))
    let head = try VideoHead(
      VideoHeadConfiguration(width: 24, headCount: 3, frameLimit: 10, depth: 1, interaction: interaction), beside: clip)
    let model = BIKEModel(
      clip, head, prompts: Self.prompts(5), freezesText: freezesText, freezesVideo: freezesVideo, chunk: chunk)
    model.parameters.initialize(seed: 4)
    return model
  }

  /// Sentences of different lengths, whose last token has the largest id.
  private static func prompts(_ count: Int, first: Int32 = 1) -> ClassPrompts {
    ClassPrompts(
      names: (0..<count).map { "class \($0)" },
      ids: (0..<Int32(count)).flatMap { label -> [Int32] in
        let words = (0...label).map { word -> Int32 in (first + 7 * label + 3 * word) % 37 }
        let sentence: [Int32] = [38] + words + [39]
        return sentence + [Int32](repeating: 0, count: 10 - sentence.count)
      })
  }

  private var batch: LabeledBatch {
    let clips = Tensor([7, 3, 3, 16, 16]) { values in
      for index in values.indices { values[index] = Float(index * 7919 % 1000) / 500 - 1 }
    }
    return LabeledBatch(clips: clips, labels: Self.labels)
  }

  /// Scores, and the gradient of each parameter, `nil` where none arrived.
  private func run(
    _ model: BIKEModel, _ chunk: Int?, recomputes: Bool = false
  ) throws -> (scores: [Float], gradients: [String: [Float]]) {
    let random = KeyedRandom(seed: 6, epoch: 0, sample: 3, stage: "forward")
    let scores = try model(batch, ForwardPass(random: random, recomputesBlocks: recomputes, chunk: chunk)).logits
    try PairLoss()(scores, labels: Self.labels).backward()
    var gradients: [String: [Float]] = [:]
    for parameter in model.parameters.parameters {
      gradients[parameter.name] = parameter.gradient?.floats
      parameter.gradient = nil
    }
    return (scores.floats, gradients)
  }

  @Test(arguments: [0, 1, 2, 3], [Interaction.vcs, .dp])
  func chunksGiveTheGradientsOfTheWhole(_ kind: Int, _ interaction: Interaction) throws {
    let model = try model(dropRate: kind < 2 ? 0 : 0.3, freezesText: kind.isMultiple(of: 2), interaction)
    let whole = try run(model, 0)
    let largest = whole.gradients.values.joined().reduce(0) { max($0, abs($1)) }
    for (chunk, recomputes) in [(1, false), (2, false), (3, true), (7, false), (9, true)] {
      let parts = try run(model, chunk, recomputes: recomputes)
      #expect(zip(parts.scores, whole.scores).allSatisfy { abs($0 - $1) < 2e-4 }, "\(chunk)")
      #expect(Set(parts.gradients.keys) == Set(whole.gradients.keys))
      for (name, wanted) in whole.gradients {
        let scale = wanted.reduce(1e-2 * largest) { max($0, abs($1)) }
        let found = try #require(parts.gradients[name])
        // Words and frames are compared at a hundredth: rounding counts a hundredfold.
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 5e-4 * scale }, "\(name) in chunks of \(chunk)")
      }
    }
  }

  /// What a step keeps grows with a chunk, not with the batch.
  @Test(.enabled(if: isLongTier)) func chunksBoundTheMemoryOfAStep() throws {
    var sizes = CLIPConfiguration(
      embedding: 64, imageSize: 64, patchSize: 16, visionWidth: 256, visionLayers: 6, textWidth: 64, textLayers: 1,
      vocabularySize: 40)
    sizes.contextLength = 10
    let clip = try CLIP(sizes)
    let head = try VideoHead(VideoHeadConfiguration(width: 64, frameLimit: 10, temporal: .none), beside: clip)
    let model = BIKEModel(clip, head, prompts: Self.prompts(5))
    model.parameters.initialize(seed: 4)
    let batch = LabeledBatch(
      clips: Tensor([48, 3, 8, 64, 64]) { values in
        for index in values.indices { values[index] = Float(index * 7919 % 1000) / 500 - 1 }
      }, labels: (0..<48).map { $0 % 5 })
    let peaks = try [0, 4].map { chunk -> Int in
      Tensor.resetPeakMemory()
      let random = KeyedRandom(seed: 6, epoch: 0, sample: 3, stage: "forward")
      let scores = try model(batch, ForwardPass(random: random, chunk: chunk)).logits
      try PairLoss()(scores, labels: batch.labels).backward()
      for parameter in model.parameters.parameters { parameter.gradient = nil }
      return Tensor.memory.peakByteCount
    }
    #expect(peaks[1] < peaks[0] / 3, "\(peaks)")
  }

  @Test func frozenTowersGetNoGradient() throws {
    for (text, video) in [(true, true), (true, false), (false, true), (false, false)] {
      let model = try model(freezesText: text, freezesVideo: video)
      for chunk in [0, 2] {
        let names = Set(try run(model, chunk).gradients.keys)
        #expect(names.contains { $0.hasPrefix("visual.") } == !video)
        #expect(names.contains("token_embedding.weight") == !text)
        #expect(names.contains("logit_scale"))
        #expect(names.contains { $0.hasPrefix("video_head.") })
        #expect(names.isDisjoint(with: model.parameters.frozen))
      }
    }
  }

  @Test func aStageTakesTheChunksOfItsModelUnlessItIsTold() throws {
    #expect(try Forward(model(freezesText: true)).chunk == 0)
    #expect(try Forward(model(freezesText: true, chunk: 3)).chunk == 3)
    #expect(Forward<BIKEModel>.settings.map(\.name) == ["recompute", "chunk"])
    #expect(Forward<AttributesModel>.settings.map(\.name) == ["recompute"])
    var stage = Forward(try model(freezesText: true, chunk: 3))
    let setting = try #require(Forward<BIKEModel>.settings.last)
    try setting.write(&stage, "5")
    #expect(stage.chunk == 5 && setting.changesResults)
    #expect(throws: SettingError.self) { try setting.write(&stage, "-1") }
  }

  @Test func textsOfAFrozenTowerAreKnownUntilItsWeightsAreReplaced() throws {
    let model = try model(freezesText: true)
    let first = try model.texts()
    #expect(try model.texts(of: model.prompts).tokens.floats == first.tokens.floats)
    // Other classes are read anew, and only they.
    let others = try model.texts(of: Self.prompts(3, first: 5))
    #expect(others.sentences.shape == [3, 24] && others.tokens.shape == [3, 10, 24])
    #expect(try model.texts().sentences.floats == first.sentences.floats)
    let table = try #require(model.parameters["token_embedding.weight"])
    try table.assign(table.value * 2)
    let second = try model.texts()
    #expect(second.sentences.floats != first.sentences.floats)
    // A step of an unfrozen one does not make them be read again, for they do not hang on it.
    try #require(model.parameters["logit_scale"]).update { $0[0] += 1 }
    #expect(try model.texts().sentences.floats == second.sentences.floats)
    // Each sample gets the text of its class.
    let frames = try withoutGradients { try model.frameFeatures(of: batch.clips) }
    let all = try withoutGradients { try model.scores(of: frames, second).floats }
    let pairs = try withoutGradients { try model(batch, .evaluation).logits.floats }
    let scale = withoutGradients { model.clip.scale().scalar }
    for row in 0..<7 {
      for column in 0..<7 {
        #expect(abs(pairs[row * 7 + column] - scale * all[row * 5 + Self.labels[column]]) < 1e-3 * scale)
      }
    }
  }

  @Test func clipsAndLabelsThatDoNotFitAreRefused() throws {
    let model = try model(freezesText: true)
    let clip = batch.clips.slice(0..<1, axis: 0)
    #expect(
      sentence { _ = try model(LabeledBatch(clips: clip, labels: [5]), .evaluation) }
        == "label 5 is none of 5 classes. Correct the list, or name the classes it is made for")
    #expect(
      sentence { _ = try model.frameFeatures(of: .zeros([1, 3, 16, 16])) }
        == "CLIP: clips are [1, 3, 16, 16], wanted are [B, 3, T, R, R]")
    #expect(throws: ModelError.self) {
      try model(LabeledBatch(clips: .zeros([1, 3, 2, 8, 8]), labels: [0]), .evaluation)
    }
    #expect(
      sentence { _ = try model.clip.texts([38, 1, 39], count: 2) }
        == "CLIP: 3 tokens for 2 texts, wanted is a row of tokens for each")
  }

  @Test func featuresThatDoNotFitAHeadAreRefused() throws {
    let head = try VideoHead(VideoHeadConfiguration(width: 24, headCount: 3, frameLimit: 10, depth: 1))
    let texts = CLIPTexts(sentences: .full([5, 24], 1), tokens: .full([5, 10, 24], 1))
    #expect(
      sentence { _ = try head.scores(of: .full([1, 11, 24], 1), texts) }
        == "VideoHead: 11 frames of a video, at most 10 are wanted. Sample fewer frames")
    #expect(
      sentence { _ = try head.saliency(of: .full([1, 2, 23], 1), texts) }
        == "VideoHead: features of frames are [1, 2, 23], wanted are [B, T, 24]")
    let odd = CLIPTexts(sentences: .full([4, 24], 1), tokens: .full([5, 10, 24], 1))
    #expect(
      sentence { _ = try head.scores(of: .full([1, 2, 24], 1), odd) }
        == "VideoHead: features of texts are [4, 24] and [5, 10, 24], wanted are [A, 24] and [A, W, 24]")
    #expect(
      sentence { _ = try SentenceHead(width: 4).scores(of: .zeros([2, 4]), prompts: .zeros([2, 5])) }
        == "SentenceHead: features of texts are [2, 5], wanted are rows of 4")
  }

  @Test func headsThatCannotBeAreRefused() {
    for (shape, sizes) in [
      (VideoHeadConfiguration(width: 0), "width 0, headCount 1, depth 6 and frameLimit 77"),
      (VideoHeadConfiguration(width: 24, depth: 0), "width 24, headCount 1, depth 0 and frameLimit 77"),
      (VideoHeadConfiguration(width: 24, frameLimit: 0), "width 24, headCount 1, depth 6 and frameLimit 0"),
    ] {
      #expect(sentence { _ = try VideoHead(shape) } == "VideoHead: \(sizes), wanted are at least 1")
    }
    #expect(
      sentence { _ = try VideoHead(VideoHeadConfiguration(width: 24, headCount: 5)) }
        == "VideoHead: width 24 is no multiple of headCount 5. Choose another number of heads")
    #expect(throws: Never.self) { try VideoHead(VideoHeadConfiguration(width: 24, headCount: 5, temporal: .none)) }
  }

  @Test func videosWithoutWordsCountTheirFramesAlike() throws {
    let model = try model(freezesText: true, .dp)
    let frames = try withoutGradients { try model.frameFeatures(of: batch.clips) }
    let shares = try model.head.saliency(of: frames, try model.texts())
    #expect(shares.shape == [7, 5, 3])
    #expect(shares.floats.allSatisfy { $0 == 1 / 3 })
    let spotting = try self.model(freezesText: true)
    let spotted = try spotting.head.saliency(of: frames, try spotting.texts())
    let sums = stride(from: 0, to: 105, by: 3).map { spotted.floats[$0..<$0 + 3].reduce(0, +) }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(Set(spotted.floats).count > 35)
  }
}
