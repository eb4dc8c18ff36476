import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Networks that cannot be built as they are described, and clips that do not fit them, are refused in a sentence.
@Suite struct ModelErrorTests {
  private static let mvits: [(change: @Sendable (inout MViTConfiguration) -> Void, sentence: String)] = [
    ({ $0.poolKernel = [3, 0, 3] }, "MViT: kernels and strides must be at least 1, found ["),
    (
      { $0.depth = 0 },
      "MViT: depth 0, dimension 32, headCount 1, frameCount 16, imageSize 112 and mlpRatio 4.0 must be positive"
    ),
    ({ $0.dropPathRate = 1 }, "MViT: dropPathRate is 1.0, wanted is 0 ..< 1"),
    (
      { ($0.frameCount, $0.patchPadding) = (1, [0, 3, 3]) },
      "MViT: 1 frames of 112 pixels leave no patch. Use larger clips"
    ),
    ({ $0.hasClassToken = false }, "MViT: pooling classToken needs hasClassToken"),
    (
      { $0.headCount = 3 },
      "MViT: block 0 is 32 wide, which 3 heads do not divide. Change dimensionFactors or headFactors"
    ),
    (
      { $0.imageSize = 100 },
      "do not divide patches 8×25×25, so no mask fits. Change imageSize or queryStrides"
    ),
  ]

  @Test(arguments: mvits.indices) func anMViTThatCannotBeIsRefused(number: Int) {
    let (change, wanted) = Self.mvits[number]
    var configuration = MViTConfiguration.tried
    change(&configuration)
    let found = sentence { _ = try MViT(configuration) }
    #expect(found.contains(wanted), "\(found)")
  }

  private static let spaceTimes: [(change: @Sendable (inout SpaceTimeConfiguration) -> Void, sentence: String)] = [
    (
      { $0.attention = .factorized },
      "attention fact_encoder is none of divided_space_time, joint_space_time, space_only"
    ),
    ({ $0.depth = 0 }, ": every size must be at least 1, found [8, 96, 16, 1, 128, 4, 0, 4]"),
    (
      { $0.patchSize = 17 },
      ": patches of 17 pixels and 1 frames do not divide 8 frames of 96 pixels. Change imageSize, frameCount or the patches"
    ),
    (
      { $0.imageSize = 8192 },
      ": a clip has 8 × 512 × 512 tokens, at most 1048576 in all are wanted. Lower frameCount or imageSize, or take larger patches"
    ),
    ({ $0.headCount = 5 }, "5 heads do not divide a dimension of 128"),
    ({ $0.dropPathRate = -0.1 }, "TimeSformer: dropPathRate is -0.1, wanted is 0 ..< 1"),
  ]

  @Test(arguments: spaceTimes.indices) func aNetworkOfSpaceAndTimeThatCannotBeIsRefused(number: Int) {
    let (change, wanted) = Self.spaceTimes[number]
    var configuration = SpaceTimeConfiguration.timeSformerBase
    (configuration.imageSize, configuration.dimension, configuration.headCount) = (96, 128, 4)
    change(&configuration)
    let found = sentence { _ = try TimeSformer(configuration) }
    #expect(found.contains(wanted), "\(found)")
  }

  private static let swins: [(change: @Sendable (inout SwinConfiguration) -> Void, sentence: String)] = [
    ({ $0.depths = [2] }, "Swin: depths [2] and headCounts [1, 2, 4, 8] are wanted positive and equally many"),
    ({ $0.headCounts = [1, 3, 4, 8] }, "Swin: stage 2 is 64 wide, which 3 heads do not divide"),
    ({ $0.mlpRatio = 0 }, ", mlpRatio 0.0 and dimension are wanted positive"),
    ({ $0.dropPathRate = 1 }, "Swin: dropPathRate is 1.0, wanted is at least 0 and less than 1"),
    (
      {
        $0.imageSize = 4096
        $0.frameCount = 4096
      }, "at most 1048576 in all are wanted"
    ),
  ]

  @Test(arguments: swins.indices) func aSwinThatCannotBeIsRefused(number: Int) throws {
    let (change, wanted) = Self.swins[number]
    var configuration = SwinConfiguration.compact
    change(&configuration)
    let found = sentence { _ = try VideoSwin(configuration) }
    #expect(found.contains(wanted), "\(found)")
    let model = try VideoSwin()
    let clips = sentence { _ = try model.features(of: .zeros([1, 4, 8, 64, 64])) }
    #expect(clips == "Swin: clips are [1, 4, 8, 64, 64], wanted is [B, 3, T, H, W]")
  }

  private static let videoMAEs: [(change: @Sendable (inout VideoMAEConfiguration) -> Void, sentence: String)] = [
    ({ $0.decoderDepth = 0 }, "VideoMAE: every size must be at least 1, found ["),
    (
      { $0.tubeletSize = 3 },
      "VideoMAE: patches of 16 pixels and 3 frames do not divide 16 frames of 96 × 96 pixels. Change the size of the clips "
        + "or of the patches"
    ),
    ({ $0.decoderHeadCount = 3 }, "VideoMAE: 4 and 3 heads do not divide widths of 128 and 64"),
    ({ $0.dropPathRate = 2 }, "VideoMAE: dropPathRate is 2.0, wanted is 0 ..< 1"),
  ]

  @Test(arguments: videoMAEs.indices) func aVideoMAEThatCannotBeIsRefused(number: Int) {
    let (change, wanted) = Self.videoMAEs[number]
    var configuration = VideoMAEConfiguration.quick
    change(&configuration)
    let found = sentence { _ = try VideoMAE(configuration, predictionWidth: 8) }
    #expect(found.contains(wanted), "\(found)")
  }

  @Test func clipsAndMasksOfAnotherSizeAreRefused() throws {
    let mvit = try MViT(.tried, predictionWidth: 8)
    let grid = MViTConfiguration.tried.tokenGrid.count
    let clips = Tensor.zeros([1, 3, 16, 112, 112])
    #expect(
      sentence { _ = try mvit.prediction(of: .zeros([1, 3, 8, 112, 112]), hidden: []) }
        == "MViT: clips are [1, 3, 8, 112, 112], wanted are [1, 3, 16, 112, 112]. Change the sampling, the crop or the model"
    )
    #expect(
      sentence { _ = try mvit.prediction(of: clips, hidden: [1]) }.contains(
        "MViT: the mask of 1 clips has 1 entries, wanted are 1 × 8×7×7. Give the mask stage this token grid"))
    #expect(
      sentence { _ = try MViT(.tried).prediction(of: clips, hidden: [UInt8](repeating: 1, count: grid)) }
        == "MViT: made without predictionWidth, so there is nothing to predict with. Give it one")
    #expect(
      sentence { _ = try MViTv2(.tried).prediction(of: clips, hidden: [UInt8](repeating: 1, count: grid)) }
        == "MViTv2: made without predictionWidth, so there is nothing to predict with. Give it one")

    var small = SpaceTimeConfiguration.timeSformerBase
    (small.imageSize, small.dimension, small.headCount, small.depth) = (32, 16, 2, 1)
    let (timeSformer, vivit) = (try TimeSformer(small), try ViViT(small))
    #expect(
      sentence { _ = try timeSformer.features(of: .zeros([1, 3, 4, 32, 32])) }
        == "TimeSformer: clips are [1, 3, 4, 32, 32], wanted are [B, 3, 8, H, W]. Change the sampling or the model")
    #expect(
      sentence { _ = try vivit.features(of: .zeros([1, 3, 8, 48, 32])) }
        == "ViViT: frames are 48 × 32 pixels, wanted are 32. Change the crop or the model")

    let videoMAE = try VideoMAE(.quick, predictionWidth: 8)
    let quick = Tensor.zeros([2, 3, 16, 96, 96])
    let count = VideoMAEConfiguration.quick.tokenGrid.count
    #expect(
      sentence { _ = try videoMAE.prediction(of: clips, hidden: []) }
        == "VideoMAE: clips are [1, 3, 16, 112, 112], wanted are [1, 3, 16, 96, 96]. Change the sampling, the crop or the model"
    )
    #expect(
      sentence { _ = try videoMAE.prediction(of: quick, hidden: [1, 0]) }.contains(
        "VideoMAE: the mask of 2 clips has 2 entries, wanted are 2 × 8×6×6"))
    let uneven = (0..<2 * count).map { UInt8($0 < 3 || $0 == count ? 1 : 0) }
    #expect(
      sentence { _ = try videoMAE.prediction(of: quick, hidden: uneven) }
        == "VideoMAE: clips of a batch hide [1, 3] of 288 tokens, wanted is one number between. Use a tube mask")
    #expect(
      sentence { _ = try Classifier(TimeSformer(small), classCount: 1) }
        == "Classifier: classCount is 1, wanted are at least 2")
  }

  @Test func clipsImagesAndMasksOfBEVTThatDoNotFitAreRefused() throws {
    let model = try BEVT(.compact, vocabularySize: 4)
    var single = SwinConfiguration.compact
    (single.depths, single.headCounts) = ([1], [1])
    #expect(sentence { _ = try BEVT(single) } == "BEVT: one stage; the decoder wants at least two")
    #expect(
      sentence { _ = try BEVT(.compact, vocabularySize: 1) } == "BEVT: a vocabulary of 1, wanted is at least 2")
    #expect(
      sentence { _ = try model.clipFeatures(of: .zeros([1, 3, 3, 64, 64]), hidden: []) }
        == "BEVT: clips are [1, 3, 3, 64, 64], wanted is [B, 3, T, H, W] with T a multiple of 2")
    #expect(
      sentence { _ = try model.imageFeatures(of: .zeros([1, 3, 2, 64, 64]), hidden: []) }
        == "BEVT: images are [1, 3, 2, 64, 64], wanted is [B, 3, 1, H, W]")
    #expect(
      sentence { _ = try model.clipFeatures(of: .zeros([1, 3, 2, 48, 64]), hidden: []) }
        == "BEVT: the grid of patches is 12×16, wanted are multiples of 8: choose a frame size that is a multiple of 32 pixels"
    )
    #expect(
      sentence { _ = try model.clipFeatures(of: .zeros([1, 3, 2, 64, 64]), hidden: [1]) }
        == "BEVT: the mask has 1 cells, wanted are 1 × 1×4×4")
    #expect(
      sentence { _ = try model.imageFeatures(of: .zeros([1, 3, 1, 32, 32]), hidden: []) }.contains(
        "Swin: the image's map at stage 4 is 1×1, wanted is a multiple of the window, 2×2. Choose a frame size that is a"
      ))
    let ofImages = try BEVT(.compact, vocabularySize: 4, readsClips: false)
    #expect(
      sentence { _ = try ofImages.clipFeatures(of: .zeros([1, 3, 2, 64, 64]), hidden: []) }
        == "BEVT: a network of images alone reads no clips")
  }

  @Test func framesAndTokensOfTheTokenizerThatDoNotFitAreRefused() throws {
    var shape = DVAEConfiguration()
    (shape.width, shape.vocabularySize, shape.blockCount, shape.wordWidth) = (8, 4, 1, 4)
    let (encoder, decoder) = (try DVAEEncoder(shape), try DVAEDecoder(shape))
    #expect(
      sentence { _ = try encoder.logits(of: .zeros([1, 3, 4, 8])) }
        == "dVAE: frames are [1, 3, 4, 8], wanted is [B, 3, H, W] of at least 8 pixels a side")
    #expect(
      sentence { _ = try decoder.statistics(of: [1, 2, 3], height: 2, width: 2) } == "dVAE: 3 tokens for grids of 2×2")
    #expect(
      sentence { _ = try decoder.statistics(of: [4], height: 1, width: 1) }
        == "dVAE: token 4 is outside the vocabulary of 4")
    shape.width = 6
    #expect(
      sentence { _ = try DVAEEncoder(shape) }
        == "dVAE: vocabularySize 4, width 6, wordWidth 4 and blockCount 1 are wanted positive, with a vocabulary of at least "
        + "2 and a width that 4 divides")
  }
}

extension MViTConfiguration {
  /// A narrow network of six blocks.
  fileprivate static let tried: MViTConfiguration = {
    var small = MViTConfiguration.base
    (small.imageSize, small.dimension, small.depth) = (112, 32, 6)
    (small.dimensionFactors, small.headFactors) = ([1: 2, 3: 2], [1: 2, 3: 2])
    return small
  }()
}
