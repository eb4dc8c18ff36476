internal import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceModels
internal import SluiceSamples
public import SluiceTraining

/// Says which of any names videos are most likely of, by a trained network of videos and texts.
///
/// ```swift
/// let prediction = try NamePrediction(from: "runs/bike", names: ["left", "right", "up", "down"])
/// for video in try await prediction.rankings(of: ["clip.mp4"]) {
///   print(video.name, video.classes[0].name, video.classes[0].share)
/// }
/// ```
/// Each name stands in a sentence, as the classes of training did. A name's share is what a softmax over all of them makes of
/// the scores, at the scale that was learned; the shares of several views are averaged.
public struct NamePrediction: Sendable {
  /// What a video was found to show.
  public struct Ranking: Sendable {
    /// A class with its share, and with what each frame counts for it.
    public struct Class: Sendable {
      /// Its number among the names.
      public let number: Int
      public let name: String
      /// The shares of all names sum to 1.
      public let share: Double
      /// How much each of ``Ranking/frames`` counts for it, those of a window 1 together; empty where the network does not
      /// weigh frames.
      public let saliency: [Double]
    }

    /// What messages call the video.
    public let name: String
    /// Numbers of the frames that were read, one window after the other.
    public let frames: [Int]
    /// The likeliest classes, the likeliest first.
    public let classes: [Class]
  }

  /// What a video may show.
  public let names: [String]
  /// The views by which the authors of the recipe measured its results; the middle where nobody published any.
  public let publishedViews: EvaluationViews
  /// The fields of stages that are set, as `--set stage.field=value` does.
  public var stageSettings: [String: String] = [:]
  private let comparison: FrameComparison
  private let texts: CLIPTexts

  /// Whether the network says how much each frame counts.
  public var weighsFrames: Bool { comparison.network.weighsFrames }

  /// Opens a run or a checkpoint.
  /// - Parameters:
  ///   - names: what a video may show; the classes of training if `nil`.
  ///   - request: how weights are read, settings, and a file of classes in place of `names`.
  /// - Throws: ``RunError`` if it is of no system that compares videos with texts; an error that names the first name whose
  ///   sentence is too long.
  public init(from path: String, names: [String]? = nil, _ request: RunRequest = RunRequest()) throws {
    let refusal = "is no run that compares the frames of videos with texts. Name one of bike."
    let run = try OpenedRun(path, request.weights, refusal: refusal) { $0 as? any VideoTextClassifying.Type }
    var asked = run.request
    asked.settings = request.settings
    let system = try run.kind.init(asked)
    try run.load(into: system)
    guard let comparison = FrameComparison(system.videoText) else { throw RunError(.weights, "\(path) \(refusal)") }
    let named = try request.classes.map { try ClassMap(contentsOf: $0, numbering: .rows) }
    try self.init(
      comparison, names: names ?? named.map { $0.names(count: $0.classCount) },
      publishedViews: system.publishedViews ?? EvaluationViews())
  }

  /// A network that has its weights already.
  package init(
    _ comparison: FrameComparison, names: [String]? = nil, publishedViews: EvaluationViews = EvaluationViews()
  ) throws {
    let prompts = try names.map { try comparison.videos.prompts(of: $0) } ?? comparison.videos.prompts
    (self.comparison, self.publishedViews, self.names) = (comparison, publishedViews, prompts.names)
    texts = try comparison.network.texts(of: prompts)
  }

  /// Whether a path is that of a run, or of a checkpoint, which is read by this type.
  package static func reads(_ path: String, _ choice: CheckpointChoice? = nil) throws -> Bool {
    guard let stored = try StoredModel(opening: path, choice ?? .best) else { return false }
    return try Systems.named(stored.system) is any VideoTextClassifying.Type
  }

  /// The likeliest classes of videos and of folders of images.
  /// - Parameter count: classes of each.
  /// - Throws: what is wrong with the first that cannot be read; ``RunError`` for scores that are not finite.
  public func rankings(
    of files: [String], top count: Int = 5, views: EvaluationViews = EvaluationViews(),
    _ options: RunOptions = RunOptions()
  ) async throws -> [Ranking] {
    let clips = try Clips(videos: DatasetList(items: files.map { DatasetItem(path: $0) }))
    var pass = options
    pass.maxFailures = 0
    var rankings: [Ranking] = []
    try await each(of: clips, top: count, views: views, pass) { rankings.append(ranking(of: $0)) }
    return rankings
  }

  /// Calls `body` for each clip, in order, with what comes of comparing it.
  func each(
    of clips: Clips, top count: Int, views: EvaluationViews = EvaluationViews(), keepsPixels: Bool = false,
    _ options: RunOptions, _ body: (ComparedClip) throws -> Void
  ) async throws {
    var pipeline = comparison.compared(
      clips, with: texts, views: views, weighing: count, keepsPixels: keepsPixels)
    for (name, value) in stageSettings.sorted(by: { $0.key < $1.key }) { try pipeline.set(name, to: value) }
    for try await compared in pipeline.run(options) { try body(compared) }
  }

  /// What is said of a clip.
  func ranking(of clip: ComparedClip) -> Ranking {
    let classes = clip.best.enumerated().map { place, number in
      Ranking.Class(
        number: number, name: names[number], share: clip.shares[number],
        saliency: clip.saliency.isEmpty ? [] : clip.saliency[place])
    }
    return Ranking(name: clip.name, frames: clip.numbers, classes: classes)
  }
}
