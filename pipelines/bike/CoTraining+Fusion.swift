internal import SluiceFlow
internal import SluicePlatform
internal import SluiceTraining

extension CoTraining {
  /// Evaluates the best checkpoint of each branch on the validation, as between epochs, and averages what both give each class.
  ///
  /// Tensors compute on the threads of the running ``Compute``. Leaves ``fusion`` and ``scores``.
  /// - Throws: an error that says what of a branch is missing; ``RunError`` with the first difference, if the branches do not
  ///   see the same samples.
  public func fuse(threads: Int?) async throws -> ScoreFusion {
    var videoViews = EvaluationViews()
    videoViews.average = .probability
    let video = try await branch(BIKETraining.self, video, views: videoViews, threads, to: scores[0])
    let sentences = try await branch(
      AttributesTraining.self, attributes, views: EvaluationViews(), threads, to: scores[1])
    let fusion = try ScoreFusion(video, sentences, names: ("video", "attributes"))
    try directory.write(try fusion.json() + "\n", to: self.fusion)
    return fusion
  }

  /// What a branch gives the samples of the validation.
  private func branch<System: TrainingSystem>(
    _ system: System.Type, _ run: RunDirectory, views: EvaluationViews, _ threads: Int?, to path: String
  ) async throws -> SampleScores {
    var asked = RunRequest()
    (asked.root, asked.format, asked.maxFailures) = (request.root, request.format, request.maxFailures)
    (asked.imageTemplate, asked.listRate) = (request.imageTemplate, request.listRate)
    (asked.validation, asked.validationRoot) = (request.validation, request.validationRoot)
    if system is AttributesTraining.Type { asked.attributes = request.validationAttributes }
    let model = try TrainedSystem(from: run.path, system, asked)
    var evaluation = try model.evaluation(on: request.validation ?? [], views: views)
    try evaluation.keepScores(for: path)
    let options = RunOptions(
      maxFailures: request.maxFailures ?? 0.01, budget: ThreadBudget(compute: threads ?? request.threads))
    guard let scores = try await evaluation.run(options)?.findings.scores else {
      throw RunError(.data, "\(run.path): the branch gives no scores of classes.")
    }
    try scores.write(to: path, metadata: ["pipeline": system.name, "checkpoint": model.path])
    return scores
  }
}
