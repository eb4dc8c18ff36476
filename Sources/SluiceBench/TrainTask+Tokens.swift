internal import SluiceModels
internal import SluiceTensor

// What is predicted as visual tokens, and what makes them.
extension TrainTask {
  /// BEVT's stream of clips on Video Swin-B: half of the cells of the first three quarters of each clip are hidden.
  static func bevt(_ batch: Int) throws -> TrainTask {
    var configuration = SwinConfiguration.base
    configuration.dropPathRate = 0
    let model = try BEVT(configuration)
    let clips = noise([batch, 3, 16, 224, 224])
    // Steps of two frames, and the cells of a frame; the same ones are hidden in each step.
    let (steps, area) = (8, 14 * 14)
    func isHidden(step: Int, cell: Int) -> Bool { step < steps * 3 / 4 && cell * 157 % area < area / 2 }
    let hidden = (0..<batch * steps * area).map { index in
      UInt8(isHidden(step: index / area % steps, cell: index % area) ? 1 : 0)
    }
    let cells = (0..<batch * 2 * steps * area).filter { index in
      isHidden(step: index / area % (2 * steps) / 2, cell: index % area)
    }
    let words = cells.map { $0 * 6151 % model.vocabularySize }
    let work = StepWork(
      bevt: configuration, vocabularySize: model.vocabularySize, batch: 1, cells: cells.count / batch)
    return task("bevt_swin_b", batch, gflop: Double(work.training) / 1e9, model.parameters) {
      try model.logits(of: model.clipFeatures(of: clips, hidden: hidden), at: cells).crossEntropy(labels: words)
    }
  }

  /// The words of sixteen frames of 112 pixels for each clip, by DALL-E's encoder.
  static func dvae(_ name: String, _ batch: Int) throws -> TrainTask {
    let encoder = try DVAEEncoder()
    encoder.parameters.initialize(seed: 0)
    let (count, side) = (16 * batch, 112)
    let shape: Shape = [count, 3, side, side]
    let frames = DVAEEncoder.mapped(Tensor(noise(shape).floats.map { ($0 + 1) / 2 }, shape: shape))
    let work = StepWork(dvae: encoder.configuration, frames: count, side: side)
    return TrainTask(
      name: name, batch: batch, gflop: Double(work.forward) / 1e9,
      work: .inference { try withoutGradients { try encoder.tokens(of: frames) } })
  }
}
