internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
public import SluiceNN
public import SluiceSamples
public import SluiceTraining

extension VideoTextClassifier {
  /// The comparison of videos with the names of classes: a pipeline of its own beside that of training.
  ///
  /// ```swift
  /// let evaluation = try classifier.evaluation(on: clips, names: ["left", "right"], .general)
  /// let outcome = try await evaluation.run()
  /// print(outcome?.findings["top1"] ?? 0)
  /// ```
  /// Scores of a video's views become shares, and these are averaged. Clips that fail are dropped, counted and named.
  /// - Parameters:
  ///   - names: of the classes that labels are numbers of: those that it was trained on, or any others.
  ///   - way: how it is measured.
  ///   - isDense: whether frames are of a window and not of the whole video, whatever they were in training.
  /// - Throws: ``RunError`` for views that cannot be; an error that names the first class whose prompt is too long.
  public func evaluation(
    on clips: some Source<ClipHandle>, names: [String], _ way: EvaluationProtocol,
    views: EvaluationViews = EvaluationViews(average: .probability), isDense: Bool = false
  ) throws -> Evaluation {
    try check(views, way, classCount: names.count)
    let prompts = try prompts(of: names)
    let videos = max(1, batchSize / views.count)
    return Evaluation(
      scores(of: clips, prompts, way, views, isDense: isDense),
      VideoTextEvaluator(way, names: names, viewCount: views.count, batchSize: videos), sampleCount: clips.count)
  }

  /// From videos to scores.
  func scores(
    of clips: some Source<ClipHandle>, _ prompts: ClassPrompts, _ way: EvaluationProtocol, _ views: EvaluationViews,
    isDense: Bool = false
  ) -> Pipeline<Prediction<NamedViewBatch, VideoTextScores>> {
    var recipe = recipe
    recipe.isDense = recipe.isDense || isDense
    let sampling = recipe.sampling(training: false, windows: views.windows, geometry: views.geometry)
    let crops = recipe.views(views.crops, geometry: views.geometry)
    let scoring = VideoTextScoring(
      network: network, prompts: prompts, viewsAtOnce: batchSize, keepsFrames: way == .zeroShot)
    return Pipeline("evaluate") {
      clips
      sampling
      Decode().workers(2)
      crops
      SplitViews(windows: views.windows, classCount: nil)
        .batch(max(1, batchSize / views.count))
      Collate(namedViews: views.count)
      scoring
    }
  }

  private func check(_ views: EvaluationViews, _ way: EvaluationProtocol, classCount: Int) throws(RunError) {
    guard views.average == .probability else {
      throw RunError(
        .configuration,
        "--average score: networks that compare videos with names are measured by the mean of probabilities. Leave the option "
          + "out.")
    }
    guard way == .zeroShot else { return }
    guard views.count == 1 else {
      throw RunError(
        .configuration,
        "--protocol zero-shot: \(views.count) views of each video (\(views.windows) × \(views.crops.rawValue)), and halves of "
          + "the classes are compared by one. Leave --windows, --crops and --views out.")
    }
    guard classCount > 1 else {
      throw RunError(
        .data, "--protocol zero-shot: there is \(classCount) class, and halves of the classes are compared. Name more.")
    }
  }
}
