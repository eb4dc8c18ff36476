internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTokenize
public import SluiceTraining

/// A network that predicts visual tokens, and a decoder that shows what they look like.
///
/// ```swift
/// let preview = try TokenPreview(from: "runs/bevt", tokenizer: "dvae")
/// let shown = try await preview.shown(of: "clip.mp4", seed: 1)
/// try Image.column(shown.rows).frame.write(to: "tokens.png")
/// ```
public struct TokenPreview: Sendable {
  /// What is shown of a video.
  public struct Shown: Sendable {
    /// For each frame: the frame, what is seen of it, predicted words through the decoder, and the right ones through it.
    public let frames: [[Image]]
    /// Cells that were hidden, and how many of their words were predicted.
    public let hiddenCount: Int
    public let rightCount: Int
    /// How many of the hidden cells have the most frequent of their words: what always guessing that one word gets right.
    public let mostFrequentCount: Int

    /// The four images of each frame side by side.
    public var rows: [Image] { frames.map { .row($0) } }
  }

  private let predictions: TokenPredictions
  private let tokenizer: any Tokenizer
  private let decoder: DVAEImages

  /// Opens a run or a checkpoint.
  /// - Parameters:
  ///   - tokenizer: the encoder that it was trained with, or a folder with encoder and decoder; that of the run if `nil`.
  ///   - decoder: the decoder, or a folder with one; the one beside the encoder if `nil`.
  /// - Throws: ``RunError`` if it is of no system that predicts tokens, or encoder and decoder are not those of its words.
  public init(
    from path: String, tokenizer: String? = nil, decoder: String? = nil, _ options: WeightsOptions = WeightsOptions()
  ) throws {
    let run = try OpenedRun(
      path, options,
      refusal: "is no run that predicts visual tokens. Name one of bevt, bevt-image, or with --target tokens."
    ) { $0 as? any TokenPredictingSystem.Type }
    let stored = run.stored
    if let target = stored.values["recipe.target"], target != TargetKind.tokens.rawValue {
      throw RunError(
        .weights,
        "\(path) predicts \(target), and only predicted tokens can be shown here. 'sluice show masks' shows the "
          + "HOG of maskfeat and videomae.")
    }
    let encoder = try tokenizer ?? TokenPreview.encoder(of: stored.request, path)
    let opened = try DVAETokenizer(opening: encoder)
    if let identity = stored.values["run.tokenizer"], identity != opened.identity {
      throw RunError(
        .weights,
        "\(encoder) is \(opened.identity), and \(path) was trained with \(identity). Name that encoder by --tokenizer.")
    }
    let images = try DVAEImages(opening: try decoder ?? DVAEFile.decoder.beside(encoder))
    guard images.vocabularySize == opened.vocabularySize else {
      throw RunError(
        .weights,
        "\(images.path) decodes \(images.vocabularySize) words, and the encoder has \(opened.vocabularySize). Name the decoder "
          + "that belongs to it by --decoder.")
    }
    var request = run.request
    request.tokenizer = encoder
    let system = try run.kind.init(request)
    (predictions, self.tokenizer, self.decoder) = (try system.tokenPredictions(of: opened), opened, images)
    try run.load(into: system)
  }

  /// The encoder that a run was trained with.
  private static func encoder(of request: RunRequest, _ path: String) throws(RunError) -> String {
    guard let tokenizer = request.tokenizer else { throw NoTokenizer.error }
    guard !ShardSet.isSet(tokenizer) else {
      throw RunError(
        .weights,
        "\(path) was trained on tokens stored in \(tokenizer). Name the encoder that made them by --tokenizer.")
    }
    return tokenizer
  }

  /// The middle of a video, or an image.
  /// - Parameter seed: of the mask.
  /// - Throws: what is wrong with the file.
  public func shown(of file: String, seed: UInt64 = 0) async throws -> Shown {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    var (frames, hidden, right, most): ([[Image]], Int, Int, Int) = ([], 0, 0, 0)
    for try await (sample, words) in predictions(clips).run(RunOptions(seed: seed, maxFailures: 0)) {
      let tokens = sample.target.tokens
      frames += try images(of: sample, predicted: words)
      hidden += words.count
      right += zip(tokens.words, words).count { $0 == $1 }
      most += tokens.mostFrequentCount
    }
    return Shown(frames: frames, hiddenCount: hidden, rightCount: right, mostFrequentCount: most)
  }

  private func images(of sample: MaskedSample<TokenTargets>, predicted: [Int]) throws -> [[Image]] {
    let (pixels, mask) = (sample.masked.clip.pixels, sample.masked.mask)
    let (words, area) = (try tokenizer.tokens(of: pixels), mask.rows * mask.columns)
    var guessed = words
    for (cell, word) in zip(sample.target.tokens.cells, predicted) { guessed[cell] = word }
    return try (0..<pixels.frameCount).map { frame in
      let own = frame * area..<(frame + 1) * area
      return [
        pixels.image(ofFrame: frame), sample.masked.maskedImage(ofFrame: frame),
        try decoder.image(of: Array(guessed[own]), rows: mask.rows, columns: mask.columns),
        try decoder.image(of: Array(words[own]), rows: mask.rows, columns: mask.columns),
      ]
    }
  }
}
