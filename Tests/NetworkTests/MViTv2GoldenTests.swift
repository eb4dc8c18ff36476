import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct MViTv2GoldenTests {
  @Test func pretrainingMatchesTheReference() throws {
    try Golden.each("maskfeat.official_mvit_pretrain") { file, check in
      let model = try MViTv2(
        MViTConfiguration(slowFast: file.config), predictionWidth: file.config["out_dim"].int)
      try file.load(into: model.parameters) { $0 }
      // The mask is stored in its own size, which divides the token grid.
      let grid = model.configuration.tokenGrid
      let stored = try file.shape("input.mask")
      let values = try file.doubles("input.mask")
      var mask: [UInt8] = []
      for sample in 0..<stored[0] {
        for token in 0..<grid.count {
          let (step, row, column) = (
            token / (grid.height * grid.width), token / grid.width % grid.height, token % grid.width
          )
          let place = (step * stored[2] + row * stored[2] / grid.height) * stored[3] + column * stored[3] / grid.width
          mask.append(values[sample * stored[1] * stored[2] * stored[3] + place] > 0 ? 1 : 0)
        }
      }
      try check("output.token_mask", mask)
      let prediction = try model.prediction(of: try file.tensor("input.clip"), hidden: mask)
      try check.tensor("output.pred", prediction)
      let loss = prediction.loss(to: try file.tensor("input.target"), rowWeights: mask.map(Float.init))
      try check("output.loss", loss.scalar)
      loss.backward()
      try check.gradients(of: model.parameters) { $0 }
    }
  }
}

extension MViTConfiguration {
  /// The configuration a golden file describes in SlowFast's words.
  init(slowFast config: JSONValue) throws {
    self.init()
    dimension = try #require(config["embed_dim"].int)
    headCount = try #require(config["num_heads"].int)
    depth = try #require(config["depth"].int)
    frameCount = try #require(config["num_frames"].int)
    imageSize = try #require(config["img_size"].int)
    mlpRatio = try #require(config["mlp_ratio"].double)
    dimensionFactors = try config["dim_mul"].factors()
    headFactors = try config["head_mul"].factors()
    queryStrides = try Dictionary(
      uniqueKeysWithValues: #require(config["q_stride"].array).map {
        (try #require($0[0].int), try $0.extents())
      })
    keyValueStride = try config["kv_stride_adaptive"].extents()
    poolKernel = try config["pool_kernel"].extents()
    patchKernel = try config["patch_kernel"].extents()
    patchStride = try config["patch_stride"].extents()
    patchPadding = try config["patch_padding"].extents()
  }
}
