internal import SluiceDecode
internal import SluiceNN
internal import SluiceText

extension VideoTextConfiguration {
  /// What a step takes with as many tokens of each clip hidden as the mask hides, and with none: the passes through encoder
  /// and decoder that the chosen losses need.
  /// - Parameters:
  ///   - hidden: tokens of a clip.
  ///   - words: tokens of a text with its padding.
  func costs(hiding hidden: Int, words: Int) -> [HidingCost] {
    let count = network.video.tokenGrid.count
    return [hidden, 0].map { hidden in
      HidingCost(
        share: Double(hidden) / Double(count),
        pairCost(hiding: hidden, words: words) * Double(recipe.optimizer.batchSize))
    }
  }

  /// What a step takes of one pair.
  private func pairCost(hiding hidden: Int, words: Int) -> StepCost {
    let (video, losses) = (network.video, recipe.losses)
    let visible = video.tokenGrid.count - hidden
    var (cost, passes) = (StepCost(), 0.0)
    func add(visible: Int, words: Int, times: Double) {
      cost = cost + video.encoderCost(visible: visible, others: words) * times
      passes += times
    }
    if !losses.isDisjoint(with: [.video, .text, .vtm]) {
      // Pairs that do not belong together go behind those that do.
      add(visible: visible, words: words, times: losses.contains(.vtm) ? 2 : 1)
    }
    if losses.contains(.vtc) {
      add(visible: visible, words: 0, times: 1)
      add(visible: 0, words: words, times: 1)
    }
    if losses.contains(.video) {
      cost = cost + video.decoderCost(visible: visible, hidden: hidden, outputs: video.predictionWidth)
    }
    // Tokens are made once for all passes.
    return cost + .linear(video.tokenGrid.count, video.predictionWidth, video.dimension) * (1 - passes)
  }
}

extension VideoTextInput {
  /// The width of the texts of a batch: of the longest first caption of so many clips, spread evenly over the data; that of an
  /// empty text where there is no data.
  func textWidth(of count: Int, maximumLength: Int) throws -> Int {
    let (some, tokenizer) = (clips.spread(count), WordPiece(vocabulary))
    return try (0..<some.count).reduce(2) { width, index in
      let caption = try some.captions(of: index).first ?? ""
      return max(width, tokenizer.ids(of: caption, maximumLength: maximumLength).count)
    }
  }
}
