internal import SluiceAugment
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceModels
internal import SluiceReport
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize
internal import SluiceTraining

/// A system that predicts pixels if they are its target.
protocol PixelPredictingSystem: TrainingSystem {
  /// The network's predictions of hidden tokens, where pixels are what it was declared to predict.
  func pixelPredictions() throws -> PixelPredictions
}

/// What predicts pixels, and how they are to be read.
struct PixelPredictions: Sendable {
  let target: PixelTarget
  /// The middle of each clip, masked, and what the network predicts of its hidden tokens, `[hidden, width]` or
  /// `[1, hidden, width]`.
  let pipeline: @Sendable (Clips) -> Pipeline<(masked: MaskedClip, output: Tensor)>

  /// What is shown of the middle of each clip that can be read, with the captions it has.
  func shown(
    of clips: Clips, _ options: RunOptions
  ) async throws -> [(shown: PixelPreview.Shown, captions: [String])] {
    var found: [(shown: PixelPreview.Shown, captions: [String])] = []
    for try await (masked, output) in pipeline(clips).run(options) {
      let real = try target.targets(of: masked).values
      let shown = PixelPreview.Shown(
        frames: PixelImages(target).frames(of: masked, prediction: output), hiddenCount: masked.mask.maskedCount,
        tokenCount: masked.mask.values.count, error: Double(output.reshaped(real.shape).loss(to: real).scalar))
      found.append((shown, masked.clip.captions))
    }
    return found
  }

  /// The frame in the middle of a few clips as a part of a page; clips that fail are left out.
  /// - Parameter count: clips, spread evenly over the data.
  func part(of clips: Clips, count: Int = 4, _ options: RunOptions) async throws -> [Report.Part] {
    let pass = RunOptions(seed: options.seed, maxFailures: nil, budget: options.budget)
    let rows = try await shown(of: clips.spread(count), pass).enumerated().compactMap { number, sample in
      try sample.shown.frames.isEmpty
        ? nil
        : ImageRows.Row(
          sample.captions.first ?? "Sample \(number + 1)",
          images: sample.shown.frames[sample.shown.frames.count / 2].map { try $0.frame.png() })
    }
    guard !rows.isEmpty else { return [] }
    let images = ImageRows(
      "A frame of a few samples of the data, what the network sees of it, and what it makes of it.",
      columns: ["original", "masked input", "reconstruction"], rows: rows)
    return [.images(images)]
  }
}

extension MaskedPretraining: PixelPredictingSystem {
  func pixelPredictions() throws -> PixelPredictions {
    let (configuration, backbone) = (configuration, backbone)
    let target = configuration.pixelTarget
    return PixelPredictions(target: target) { clips in
      Pipeline("preview") {
        configuration.middles(of: clips)
          .map { masked in
            let output = try backbone.prediction(ofOne: masked)
            let hidden = masked.mask.values.indices.filter { masked.mask.values[$0] != 0 }
            return (masked: masked, output: output.reshaped(-1, target.width).rows(at: hidden))
          }
      }
    }
  }
}

extension MaskedConfiguration {
  /// What is to be predicted of hidden tokens where that is their pixels.
  var pixelTarget: PixelTarget {
    PixelTarget(
      isNormalized: recipe.normalizesPixels, tubeletSize: network.tokenSize.time, patchSize: network.tokenSize.height)
  }
}
