import SluiceCheckpoints
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

@Suite struct MViTGoldenTests {
  /// In bfloat16: the files' heads have as few as 8 numbers, and each head is normalised by itself.
  private let headShare = 0.08

  @Test(arguments: Precision.allCases) func pretrainingMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("maskfeat.mvit_pretrain", precision: precision, share: headShare) { file, check in
      let configuration = try MViTConfiguration(golden: file.config)
      let model = try MViT(configuration, predictionWidth: file.config["feature_dim"].int)
      try file.load(into: model.parameters)
      let clips = try file.clips()
      let mask = try file.ints("input.mask").map { UInt8($0) }
      let recorder = Recorder()
      let prediction = try model.prediction(of: clips, hidden: mask, recorder.pass())
      try check.observed(by: recorder)
      let loss = try maskedLoss(file, configuration, prediction, mask)
      let width = try file.shape("input.target")[4]
      let grid = configuration.tokenGrid
      let frames = prediction.reshaped(clips.shape[0], grid.time, grid.height, grid.width, -1, width)
        .permuted(0, 1, 4, 2, 3, 5)
        .reshaped(clips.shape[0], configuration.frameCount, grid.height, grid.width, width)
      try check.tensor("output.pred", frames)
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters)
    }
  }

  @Test(arguments: Precision.allCases) func classificationMatchesTheReference(_ precision: Precision) throws {
    try Golden.each("maskfeat.mvit_classify", precision: precision, share: headShare) { file, check in
      let backbone = try MViT(
        MViTConfiguration(golden: file.config), predictionWidth: file.config["feature_dim"].int)
      let model = try Classifier(backbone, classCount: try #require(file.config["classes"].int))
      try file.load(into: model.parameters)
      let recorder = Recorder()
      let logits = try model.logits(of: try file.clips(), recorder.pass())
      try check.observed(by: recorder)
      try check.tensor("output.logits", logits)
      let loss = logits.crossEntropy(labels: try file.ints("input.label"))
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters)
      for name in file.config["no_grad"].strings ?? [] {
        #expect(model.parameters[checkpointName(name)]?.gradient == nil, "\(name) takes no part")
      }
    }
  }

  private func maskedLoss(
    _ file: GoldenFile, _ configuration: MViTConfiguration, _ prediction: Tensor, _ mask: [UInt8]
  ) throws -> Tensor {
    let grid = configuration.tokenGrid
    let shape = try file.shape("input.target")
    let targets = try file.floats("input.target")
    let plane = shape[2] * shape[3] * shape[4]
    var frames: [MaskedRegression.Frames] = []
    var masks: [TokenMask] = []
    for sample in 0..<shape[0] {
      let marker = try file.ints("input.marker\(sample)")
      let centres = stride(from: 0, to: marker.count, by: 2).map { 2 * marker[$0] + marker[$0 + 1] }.sorted()
      let values = centres.flatMap { centre in
        targets[(sample * shape[1] + centre) * plane..<(sample * shape[1] + centre + 1) * plane]
      }
      frames.append(.init(centres, values: Tensor(values, shape: Shape([centres.count] + shape[2...]))))
      masks.append(
        TokenMask(
          steps: grid.time, rows: grid.height, columns: grid.width,
          values: Array(mask[sample * grid.count..<(sample + 1) * grid.count])))
    }
    return try MaskedRegression.loss(
      of: prediction,
      to: MaskedRegression.Targets(
        frames, masks: masks, slots: prediction.shape[2] / shape[4], frameCount: configuration.frameCount))
  }
}

extension MViTConfiguration {
  /// The configuration a golden file describes in VideoTransformer-pytorch's words.
  init(golden config: JSONValue) throws {
    self.init()
    frameCount = try #require(config["num_frames"].int)
    imageSize = try #require(config["img_size"].int)
    dimension = try #require(config["patch_embed_dim"].int)
    depth = try #require(config["depth"].int)
    dimensionFactors = try config["embed_dim_mul"].factors()
    headFactors = try config["atten_head_mul"].factors()
    queryStrides = try Dictionary(
      uniqueKeysWithValues: #require(config["pool_q_stride_size"].array).map {
        (try #require($0[0].int), try $0.extents())
      })
    keyValueStride = try config["pool_kv_stride_adaptive"].extents()
    poolKernel = try config["pool_kvq_kernel"].extents()
    patchKernel = try config["patch_kernel"].extents()
    patchStride = try config["patch_stride"].extents()
    patchPadding = try config["patch_padding"].extents()
  }
}
