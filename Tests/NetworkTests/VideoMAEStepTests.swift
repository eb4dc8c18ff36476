import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Fine-tuning with all that belongs to it: mixed clips and targets, accumulation, layer decay, a schedule of steps, and
/// the average of the weights.
@Suite struct VideoMAEStepTests {
  @Test func fineTuningFollowsTheReference() throws {
    try Golden.each("videomae.finetune_steps") { file, check in
      let config = file.config
      let classes = try #require(config["classes"].int)
      let model = try Classifier(VideoViT(VideoMAEConfiguration(classification: config)), classCount: classes)
      try file.load(into: model.parameters) { $0 }
      let optimizer = Optimizer(try configuration(config), store: model.parameters)
      let (accumulation, batches) = (try #require(config["update_freq"].int), try #require(config["micro_batches"].int))
      let (epochs, stepsPerEpoch) = (try #require(config["epochs"].int), try #require(config["steps_per_epoch"].int))
      let (videos, shares) = (try #require(config["videos"].int), try #require(config["mixup_lambdas"].doubles))
      var (losses, rates): ([Float], [Double]) = ([], [])
      for batch in 0..<batches {
        let share = shares[batch]
        let loss = try model.logits(of: mixed(file.tensor("input.video_\(batch % videos)"), share)).crossEntropy(
          target: softTarget(
            try file.ints("input.labels_\(batch)"), classes, mixed: share,
            smoothing: try #require(config["smoothing"].double)))
        losses.append(loss.scalar)
        loss.backward(scale: 1 / Float(accumulation))
        if (batch + 1).isMultiple(of: accumulation) {
          let progress = TrainingProgress(
            batch: batch, of: accumulation * stepsPerEpoch * epochs, accumulation: accumulation,
            epochProgress: Double(batch) / Double(accumulation * stepsPerEpoch), of: Double(epochs))
          rates.append(try optimizer.step(at: progress).learningRate)
        }
        optimizer.finishBatch()
      }
      try check("output.losses", losses)
      try check("output.lr", rates)
      let averages = try #require(optimizer.average?.values)
      #expect(averages.count == model.parameters.declarations.count)
      for name in file.names(under: "output.final.") {
        try check.tensor("output.final.\(name)", try #require(model.parameters[name]).value)
      }
      for name in file.names(under: "output.ema.") {
        try check.tensor("output.ema.\(name)", try #require(averages[name]))
      }
    }
  }

  private func configuration(_ config: JSONValue) throws -> OptimizerConfiguration {
    var configuration = OptimizerConfiguration.adamW(
      .tableCosine(
        peak: try #require(config["lr"].double), warmup: .epochs(try #require(config["warmup_epochs"].double)),
        minimum: try #require(config["min_lr"].double)),
      weightDecay: .constant(try #require(config["weight_decay"].double)),
      betas: (try #require(config["betas"][0].double), try #require(config["betas"][1].double)),
      epsilon: try #require(config["eps"].double), groups: .layerDecay(try #require(config["layer_decay"].double)))
    configuration.average = Averaging(decay: try #require(config["ema"].double))
    return configuration
  }

  /// `share` of each clip and the rest of the one from the batch's end.
  private func mixed(_ clips: Tensor, _ share: Double) -> Tensor {
    let (numbers, size) = (clips.floats, clips.count / clips.shape[0])
    return Tensor(clips.shape) { elements in
      for index in elements.indices {
        let (row, rest) = (index / size, index % size)
        let other = numbers[(clips.shape[0] - 1 - row) * size + rest]
        elements[index] = Float(share * Double(numbers[index]) + (1 - share) * Double(other))
      }
    }
  }
}
