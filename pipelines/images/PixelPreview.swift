internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
public import SluiceTraining

/// A network that predicts the pixels of what it does not see.
///
/// ```swift
/// let preview = try PixelPreview(from: "runs/videomae-1")
/// let shown = try await preview.shown(of: "clip.mp4", seed: 1)
/// try Image.column(shown.rows).frame.write(to: "pixels.png")
/// ```
public struct PixelPreview: Sendable {
  /// What is shown of a video.
  public struct Shown: Sendable {
    /// For each frame: the original, what is seen of it, and what the network makes of it.
    public let frames: [[Image]]
    /// Tokens that were hidden, and tokens there are.
    public let hiddenCount: Int
    public let tokenCount: Int
    /// The mean squared error of the hidden tokens' targets.
    public let error: Double

    /// The three images of each frame side by side.
    public var rows: [Image] { frames.map { .row($0) } }
  }

  private let predictions: PixelPredictions

  /// Opens a run or a checkpoint.
  /// - Parameter vocabulary: the words of captions, for a network that reads some; those that the run keeps if `nil`.
  /// - Throws: ``RunError`` if it is of no system that predicts pixels, or reads no captions though a vocabulary is given.
  public init(
    from path: String, vocabulary: String? = nil, _ options: WeightsOptions = WeightsOptions()
  ) throws {
    let run = try OpenedRun(
      path, options,
      refusal:
        "is no run and no checkpoint that predicts pixels. Name one of videomae or simvtp, or with --target pixels."
    ) { $0 as? any PixelPredictingSystem.Type }
    if let target = run.stored.values["recipe.target"], target != TargetKind.pixels.rawValue {
      throw RunError(
        .weights,
        "\(path) predicts \(target), and only predicted pixels can be shown here. 'sluice show masks' shows HOG, 'sluice "
          + "show tokens' visual tokens.")
    }
    var request = run.request
    request.vocabulary = vocabulary
    let system = try run.kind.init(request)
    predictions = try system.pixelPredictions()
    try run.load(into: system)
  }

  /// The middle of a video.
  /// - Parameter seed: of the mask.
  /// - Throws: what is wrong with the file.
  public func shown(of file: String, seed: UInt64 = 0) async throws -> Shown {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    // A file that cannot be read throws, so that there is one.
    let shown = try await predictions.shown(of: clips, RunOptions(seed: seed, maxFailures: 0)).first?.shown
    return shown ?? Shown(frames: [], hiddenCount: 0, tokenCount: 0, error: 0)
  }
}
