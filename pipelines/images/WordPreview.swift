internal import SluiceDatasets
public import SluiceDecode
public import SluiceFlow
public import SluiceTraining

/// A network that reads clips and captions together, and shows what it makes of what is hidden of both.
///
/// ```swift
/// let preview = try WordPreview(from: "runs/pre")
/// let shown = try await preview.shown(of: "clip.mp4", caption: "a red disc moves left")
/// print(shown.words.lines)
/// try Image.column(shown.rows).frame.write(to: "words.png")
/// ```
public struct WordPreview: Sendable {
  /// What is shown of a clip and its caption.
  public struct Shown: Sendable {
    /// The path of the clip.
    public let name: String
    public let words: WordLines
    /// For each frame: the frame, what is seen of it, and what is predicted; none if pixels were no part of training.
    public let frames: [[Image]]

    /// The images of each frame side by side.
    public var rows: [Image] { frames.map { .row($0) } }
  }

  private let predictions: PairPredictions
  private let images: PixelImages?

  /// Whether there are images: pixels were predicted in training.
  public var showsPixels: Bool { images != nil }

  /// Opens a run or a checkpoint.
  /// - Parameter vocabulary: the words of captions; those that the run keeps if `nil`.
  /// - Throws: ``RunError`` if it is of no system that predicts words, or was trained without their loss; an error that says
  ///   what of the vocabulary does not fit.
  public init(
    from path: String, vocabulary: String? = nil, _ options: WeightsOptions = WeightsOptions()
  ) throws {
    let run = try OpenedRun(path, options, refusal: "is no run that predicts words. Name one of simvtp.") {
      $0 as? any WordPredictingSystem.Type
    }
    var request = run.request
    request.vocabulary = vocabulary
    let system = try run.kind.init(request)
    guard let predictions = try system.pairPredictions() else {
      throw RunError(
        .weights,
        "\(path) was trained without the loss of words, so there are none to show. Name a run whose recipe.losses have text."
      )
    }
    (self.predictions, images) = (predictions, system.pixelImages)
    try run.load(into: system)
  }

  /// What the network makes of a system's own data, which has its weights already.
  init?(_ system: some WordPredictingSystem) throws {
    guard let predictions = try system.pairPredictions() else { return nil }
    (self.predictions, images) = (predictions, system.pixelImages)
  }

  /// The middle of a video, with what is said of it.
  /// - Parameter seed: of what is hidden.
  /// - Throws: what is wrong with the file.
  public func shown(of file: String, caption: String, seed: UInt64 = 0) async throws -> Shown {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file, captions: [caption])]))
    var found: Shown?
    try await each(of: clips, RunOptions(seed: seed, maxFailures: 0)) { found = $0 }
    // Holds: the one clip was shown, or what is wrong with it was thrown.
    return found!
  }

  /// Calls `body` for each clip, in order, with what is shown of its middle and its first caption.
  /// - Parameter options: the key of what is hidden, and how many clips may fail.
  /// - Throws: what is wrong with a clip, what `body` throws.
  public func each(of clips: Clips, _ options: RunOptions, _ body: (Shown) async throws -> Void) async throws {
    for try await pair in predictions(clips).run(options) {
      let frames = images.map { $0.frames(of: pair.masked, prediction: pair.pixels) }
      try await body(Shown(name: pair.name, words: pair.words, frames: frames ?? []))
    }
  }
}
