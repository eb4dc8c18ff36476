internal import SluiceModels
internal import SluiceNN
internal import SluiceTensor

extension TrainTask {
  /// CLIP ViT-B/32 over eight frames of each clip, BIKE's temporal head behind it, and the text tower on one caption of each
  /// clip; the right caption among those of the batch and the 400 names of classes is wanted, whose features are known.
  static func clipVideo(_ batch: Int) throws -> TrainTask {
    guard let configuration = CLIPConfiguration.named("ViT-B/32") else { preconditionFailure("no ViT-B/32") }
    let clip = try CLIP(configuration)
    let width = configuration.embedding
    let head = try VideoHead(
      VideoHeadConfiguration(
        width: width, headCount: width / 64, frameLimit: configuration.contextLength, temporal: .transf,
        interaction: .dp), beside: clip)
    let clips = noise([batch, 3, 8, configuration.imageSize, configuration.imageSize])
    let length = configuration.contextLength
    var ids = [Int32](repeating: 0, count: batch * length)
    for text in 0..<batch {
      for token in 0..<20 { ids[text * length + token] = Int32((text * 7919 + token * 1543) % 48_999 + 1) }
      ids[text * length + 20] = 49_407
    }
    let (names, captions) = (noise([400, width]), ids)
    let labels = Array(0..<batch)
    return task("clip_b32_video", batch, gflop: 228.7, clip.parameters) {
      // The caption's tokens behind the first are of no use to a head that compares whole sentences.
      let texts = try clip.textFeatures(of: captions, count: batch)
      let sentences = Tensor.concatenated([texts.sentences, names], axis: 0)
      let frames = try clip.frameFeatures(of: clips, chunk: 0, learns: true, .evaluation)
      let compared = CLIPTexts(sentences: sentences, tokens: sentences.reshaped(batch + 400, 1, width))
      return try (head.scores(of: frames, compared) * clip.scale()).crossEntropy(labels: labels)
    }
  }
}
