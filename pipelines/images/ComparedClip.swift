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
  let comparison: FrameComparison
  let texts: CLIPTexts
  let windows: Int
  /// Texts, the likeliest, of which frames are weighed.
  let weighedCount: Int

  /// - Throws: ``RunError`` if a score is not finite.
  func callAsFunction(_ seen: SeenFrames, context: ElementContext) throws -> ComparedClip {
    try withoutGradients { () throws -> ComparedClip in
      let views = try seen.crops.flatMap { try comparison.frameFeatures(of: $0.values, windows: windows) }
        .map { $0.reshaped([1] + $0.shape.dimensions) }
      let shares = try shares(of: views, context.identity)
      let best = Array(shares.indices.sorted { (-shares[$0], $0) < (-shares[$1], $1) }.prefix(weighedCount))
      let pixels = seen.crops[0].pixels
      return ComparedClip(
        name: context.identity, numbers: seen.numbers, shares: shares, best: best,
        saliency: comparison.weighsFrames ? try saliency(of: views, for: best) : [],
        images: (0..<pixels.frameCount).map { pixels.image(ofFrame: $0) })
    }
  }

  /// The mean over the views of what a softmax over the texts makes of their scores.
  private func shares(of views: [Tensor], _ name: String) throws -> [Double] {
    let scale = comparison.clip.scale().scalar
    var sums = [Double](repeating: 0, count: texts.count)
    for view in views {
      let scores = try comparison.head.scores(of: view, texts) * scale
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
    let chosen = texts.texts(at: best)
    let crops = views.count / windows
    var saliency = [[Double]](repeating: [], count: best.count)
    for window in 0..<windows {
      var mean: [Double] = []
      for crop in 0..<crops {
        // [1, texts, T]
        let shares = try comparison.head.saliency(of: views[crop * windows + window], chosen).floats
        if mean.isEmpty { mean = [Double](repeating: 0, count: shares.count) }
        for (place, share) in shares.enumerated() { mean[place] += Double(share) / Double(crops) }
      }
      let frames = mean.count / best.count
      for text in best.indices { saliency[text] += mean[text * frames..<(text + 1) * frames] }
    }
    return saliency
  }
}
