internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
public import SluiceTraining

/// A trained network of videos and texts that shows which frames of a video count for what it finds there.
///
/// ```swift
/// let preview = try SaliencyPreview(from: "runs/bike", names: ["left", "right"])
/// let shown = try await preview.shown(of: "clip.mp4")
/// try shown.strip.frame.write(to: "saliency.png")
/// ```
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, section 3.3.
public struct SaliencyPreview: Sendable {
  /// What is shown of a video.
  public struct Shown: Sendable {
    /// The likeliest classes, with what each frame counts for them.
    public let ranking: NamePrediction.Ranking
    /// The frames side by side, and below them a row for each class: each frame as bright as it counts, and a bar as long.
    public let strip: Image
    /// For each frame: it, and beside it how it counts for each class.
    public let steps: [Image]
    /// The frames, and how they count for the likeliest class, each in rows of four or eight.
    let mosaics: [Image]
  }

  private let prediction: NamePrediction

  /// Opens a run or a checkpoint.
  /// - Parameter names: what a video may show; the classes of training if `nil`.
  /// - Throws: ``RunError`` if it is of no system that compares videos with texts, or of one that weighs no frames.
  public init(
    from path: String, names: [String]? = nil, _ options: WeightsOptions = WeightsOptions()
  ) throws {
    var request = RunRequest()
    request.weights = options
    prediction = try NamePrediction(from: path, names: names, request)
    guard prediction.weighsFrames else {
      throw RunError(
        .weights,
        "\(path) compares the mean of a video's frames, or all of them at once, so that no frame counts by itself. Name a run "
          + "with the interaction VCS.")
    }
  }

  /// A network that has its weights already; `nil` if it weighs no frames.
  package init?(_ prediction: NamePrediction) {
    guard prediction.weighsFrames else { return nil }
    self.prediction = prediction
  }

  /// The frames of a video, as the network reads them.
  /// - Parameter count: classes, the likeliest.
  /// - Throws: what is wrong with the video.
  public func shown(of file: String, top count: Int = 3) async throws -> Shown {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    // Holds: the one clip was shown, or what is wrong with it was thrown.
    return try await shown(of: clips, top: count, RunOptions(maxFailures: 0)).first!
  }

  /// What is shown of each clip, in order.
  func shown(of clips: Clips, top count: Int, _ options: RunOptions) async throws -> [Shown] {
    var found: [Shown] = []
    try await prediction.each(of: clips, top: count, keepsPixels: true, options) { compared in
      let images = SaliencyImages(compared.images, saliency: compared.saliency)
      found.append(
        Shown(
          ranking: prediction.ranking(of: compared), strip: images.strip, steps: images.steps,
          mosaics: images.mosaics))
    }
    return found
  }
}
