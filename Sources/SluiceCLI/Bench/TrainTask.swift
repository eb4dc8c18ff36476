internal import ArgumentParser
internal import SluiceModels
internal import SluiceNN
internal import SluiceTensor

/// A model with random clips, to be trained for measurement.
struct TrainTask {
  let name: String
  let batch: Int
  /// Billions of floating-point operations of a step's products, attention and convolutions; a multiply-add is two.
  let gflop: Double
  let optimizer: Optimizer
  let loss: () throws -> Tensor

  static let names = ["maskfeat_mvitb"]

  static func make(_ name: String, batch: Int) throws -> TrainTask {
    switch name {
    case "maskfeat_mvitb": try maskFeat(batch)
    default: throw ValidationError("there is no model \(name); there are \(names.joined(separator: ", "))")
    }
  }

  /// MViT-B with three pooling stages, as torchvision builds it, and MaskFeat's regression of two frames a token.
  private static func maskFeat(_ batch: Int) throws -> TrainTask {
    let model = try MViT(.baseThreeStages, predictionWidth: 216)
    model.parameters.initialize(seed: 0)
    let tokens = 8 * 7 * 7
    let clips = noise([batch, 3, 16, 224, 224])
    // Two fifths of the tokens are hidden, spread evenly.
    let hidden = (0..<batch * tokens).map { UInt8($0 * 157 % tokens < tokens * 2 / 5 ? 1 : 0) }
    let target = noise([batch * tokens * 2, 108])
    let weights = hidden.flatMap { [Float($0), Float($0)] }
    return TrainTask(
      name: "maskfeat_mvitb", batch: batch, gflop: 425.2 * Double(batch),
      optimizer: Optimizer(.adamW(.constant(1e-5)), store: model.parameters)
    ) {
      try model.prediction(of: clips, hidden: hidden).reshaped(-1, 108).loss(to: target, rowWeights: weights)
    }
  }

  private static func noise(_ shape: Shape) -> Tensor {
    Tensor(shape) { span in
      var state: UInt32 = 1
      for index in span.indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        span[index] = Float(Int32(bitPattern: state)) * 0x1p-31
      }
    }
  }
}
