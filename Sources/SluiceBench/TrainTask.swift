internal import ArgumentParser
internal import SluiceModels
internal import SluiceNN
internal import SluiceTensor

/// A model with random clips, whose steps are measured.
struct TrainTask {
  /// What a step does.
  enum Work {
    /// Forward, backward, and an update of the parameters.
    case training(ParameterStore, Optimizer, loss: () throws -> Tensor)
    /// Forward alone, which gives tokens.
    case inference(tokens: () throws -> [Int])
  }

  let name: String
  let batch: Int
  /// Billions of floating-point operations of a step's products, attention and convolutions; a multiply-add is two.
  let gflop: Double
  let work: Work

  /// The models that can be measured, by the names that Sluice's peers give them.
  static let names = [
    "maskfeat_mvitb", "timesformer_b", "timesformer_b_sdpa", "vivit_b_fact", "vivit_b_joint", "bevt_swin_b",
    "videomae_b", "clip_b32_video", "dvae", "dvae_nhwc",
  ]

  static func make(_ name: String, batch: Int) throws -> TrainTask {
    switch name {
    case "maskfeat_mvitb": return try maskFeat(batch)
    // One network: the peers run it with their packages' attention and with a fused one.
    case "timesformer_b", "timesformer_b_sdpa":
      var configuration = SpaceTimeConfiguration.timeSformerBase
      configuration.dropPathRate = 0
      return try classifier(name, try TimeSformer(configuration), batch, gflop: 1173.1)
    case "vivit_b_fact": return try viViT(name, .factorized, batch, gflop: 846.4)
    case "vivit_b_joint": return try viViT(name, .joint, batch, gflop: 1083)
    case "bevt_swin_b": return try bevt(batch)
    case "videomae_b": return try videoMAE(batch)
    case "clip_b32_video": return try clipVideo(batch)
    // One network: the peers run it with their package's layout and with the one that is faster.
    case "dvae", "dvae_nhwc": return try dvae(name, batch)
    default: throw ValidationError("there is no model \(name); there are \(names.joined(separator: ", "))")
    }
  }

  /// MViT-B with three pooling stages, as torchvision builds it, and MaskFeat's regression of two frames per token.
  private static func maskFeat(_ batch: Int) throws -> TrainTask {
    let model = try MViT(.baseThreeStages, predictionWidth: 216)
    let tokens = 8 * 7 * 7
    let clips = noise([batch, 3, 16, 224, 224])
    // Two fifths of the tokens are hidden, spread evenly.
    let hidden = (0..<batch * tokens).map { UInt8($0 * 157 % tokens < tokens * 2 / 5 ? 1 : 0) }
    let target = noise([batch * tokens * 2, 108])
    let weights = hidden.flatMap { [Float($0), Float($0)] }
    return task("maskfeat_mvitb", batch, gflop: 421.9, model.parameters) {
      try model.prediction(of: clips, hidden: hidden).reshaped(-1, 108).loss(to: target, rowWeights: weights)
    }
  }

  private static func viViT(
    _ name: String, _ attention: SpaceTimeConfiguration.Attention, _ batch: Int, gflop: Double
  ) throws -> TrainTask {
    var configuration = SpaceTimeConfiguration.vivitBase
    configuration.attention = attention
    configuration.dropPathRate = 0
    return try classifier(name, try ViViT(configuration), batch, gflop: gflop)
  }

  /// Classification among 400 classes.
  private static func classifier(
    _ name: String, _ backbone: some VideoBackbone, _ batch: Int, gflop: Double
  ) throws -> TrainTask {
    let model = try Classifier(backbone, classCount: 400)
    let clips = noise([batch, 3, backbone.frameCount, 224, 224])
    let labels = (0..<batch).map { $0 * 151 % 400 }
    return task(name, batch, gflop: gflop, model.parameters) {
      try model.logits(of: clips).crossEntropy(labels: labels)
    }
  }

  /// VideoMAE-B, nine tenths of the tubes hidden.
  private static func videoMAE(_ batch: Int) throws -> TrainTask {
    let model = try VideoMAE(.base)
    let clips = noise([batch, 3, 16, 224, 224])
    let hidden = (0..<batch * 1568).map { UInt8($0 % 196 * 157 % 196 < 176 ? 1 : 0) }
    let target = noise([batch, hidden.count { $0 != 0 } / batch, 1536])
    return task("videomae_b", batch, gflop: 208.9, model.parameters) {
      try model.hiddenPrediction(of: clips, hidden: hidden).loss(to: target)
    }
  }

  /// A step of training.
  /// - Parameter gflop: of one clip.
  static func task(
    _ name: String, _ batch: Int, gflop: Double, _ parameters: ParameterStore, _ loss: @escaping () throws -> Tensor
  ) -> TrainTask {
    parameters.initialize(seed: 0)
    let optimizer = Optimizer(.adamW(.constant(1e-5)), store: parameters)
    return TrainTask(
      name: name, batch: batch, gflop: gflop * Double(batch), work: .training(parameters, optimizer, loss: loss))
  }

  static func noise(_ shape: Shape) -> Tensor {
    Tensor(shape) { span in
      var state: UInt32 = 1
      for index in span.indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        span[index] = Float(Int32(bitPattern: state)) * 0x1p-31
      }
    }
  }
}
