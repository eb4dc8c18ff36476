internal import SluiceFlow
internal import SluiceModels
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTraining

/// What comes of comparing a clip with texts.
package struct ComparedClip: Sendable {
  /// What messages call the clip.
  package let name: String
  /// Numbers of the frames that were read, one window after the other.
  package let numbers: [Int]
  /// The share of each text, which sum to 1.
  package let shares: [Double]
  /// The likeliest texts, the likeliest first.
  package let best: [Int]
  /// How much each frame counts for each of the likeliest texts, the frames of a window 1 together; empty where frames do
  /// not count by themselves.
  package let saliency: [[Double]]
  /// The frames to look at; empty where they were not to be kept.
  package let images: [Image]
}

/// The frames of a clip, as a network reads them.
struct SeenFrames: Sendable {
  /// As the source counts them, one window after the other.
  let numbers: [Int]
  /// The crops, each of all windows.
  let crops: [Clip]
}

/// Compares what is seen of a clip with texts: of each view the shares, then their mean.
struct CompareFrames: Stage {
  let network: any SaliencyShowing
  let texts: CLIPTexts
  let windows: Int
  /// Texts, the likeliest, for which frames are weighed.
  let weighedCount: Int

  /// - Throws: ``RunError`` if a score is not finite.
  func callAsFunction(_ seen: SeenFrames, context: ElementContext) throws -> ComparedClip {
    try withoutGradients { () throws -> ComparedClip in
      let views = try seen.crops.flatMap { try features(of: $0.values) }
      let shares = try shares(of: views, context.identity)
      let best = Array(shares.indices.sorted { (-shares[$0], $0) < (-shares[$1], $1) }.prefix(weighedCount))
      let weights = try network.weighsFrames ? saliency(of: views, for: best) : []
      let pixels = seen.crops[0].pixels
      return ComparedClip(
        name: context.identity, numbers: seen.numbers, shares: shares, best: best, saliency: weights,
        images: (0..<pixels.frameCount).map { pixels.image(ofFrame: $0) })
    }
  }

  /// The features of the frames of each window, `[1, T, D]`.
  /// - Parameter values: `[3, windows · T, H, W]`, normalized.
  private func features(of values: Tensor) throws -> [Tensor] {
    let count = values.shape[1] / windows
    return try (0..<windows).map { window in
      let clip = values.slice(window * count..<(window + 1) * count, axis: 1)
      return try network.frameFeatures(of: clip.reshaped([1] + clip.shape.dimensions))
    }
  }

  /// The mean over the views of what a softmax over the texts makes of their scores.
  private func shares(of views: [Tensor], _ name: String) throws -> [Double] {
    let scale = network.scale
    var sums = [Double](repeating: 0, count: texts.sentences.shape[0])
    for view in views {
      let scores = try network.scores(of: view, texts) * scale
      for (text, share) in scores.softmax().floats.enumerated() { sums[text] += Double(share) }
    }
    let shares = sums.map { $0 / Double(views.count) }
    guard shares.allSatisfy(\.isFinite) else {
      throw RunError(
        .weights, "\(name): the scores of its frames are no numbers. Look at the run's weights with weights info.")
    }
    return shares
  }

  /// How much each frame counts for some of the texts, the mean over the crops.
  private func saliency(of views: [Tensor], for best: [Int]) throws -> [[Double]] {
    let chosen = CLIPTexts(sentences: texts.sentences.rows(at: best), tokens: texts.tokens.rows(at: best))
    let crops = views.count / windows
    var saliency = [[Double]](repeating: [], count: best.count)
    for window in 0..<windows {
      var mean: [Double] = []
      for crop in 0..<crops {
        // [1, texts, T]
        let shares = try network.saliency(of: views[crop * windows + window], chosen).floats
        if mean.isEmpty { mean = [Double](repeating: 0, count: shares.count) }
        for (place, share) in shares.enumerated() { mean[place] += Double(share) / Double(crops) }
      }
      let frames = mean.count / best.count
      for text in best.indices { saliency[text] += mean[text * frames..<(text + 1) * frames] }
    }
    return saliency
  }
}
