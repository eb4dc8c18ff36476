internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// What a configuration file asks for that wants nothing trained: what a run or a file of weights reaches on the validation.
struct PlannedEvaluation {
  private let system: any TrainingSystem.Type
  private let request: RunRequest

  init(_ system: any TrainingSystem.Type, _ request: RunRequest) {
    (self.system, self.request) = (system, request)
  }

  /// Evaluates and prints what was found, as between epochs.
  /// - Throws: ``RunError`` if there is nothing to evaluate, or nothing to evaluate it on.
  func report() async throws {
    guard let path = request.experiment.resume ?? request.from else {
      throw RunError(
        .configuration,
        "solver.evaluate: there is nothing to evaluate. Name a run or a checkpoint by resume, pretrain or --from.")
    }
    guard let lists = request.validation, !lists.isEmpty else {
      throw RunError(.configuration, "solver.evaluate: there is nothing to evaluate on. Name data.val_list, or --val.")
    }
    let model = try TrainedSystem(from: path, system, request)
    model.report.note(of: model.path)
    let evaluation = try model.evaluation(on: lists, views: model.validationViews)
    for note in evaluation.notes { Console.note("note: \(note)") }
    let options = RunOptions(
      maxFailures: request.maxFailures ?? 0.01, budget: ThreadBudget(compute: request.threads))
    var progress = ProgressLine("eval \(system.name)", total: evaluation.sampleCount)
    defer { progress.finish() }
    let compute = Compute(threadCount: options.budget.compute, precision: request.precision ?? .float32)
    let outcome = try await compute.run {
      try await evaluation.run(options) { progress.update(done: $0, unit: "clips") }
    }
    progress.finish()
    guard let outcome else { return }
    Console.note(outcome.failures)
    Console.print(
      EvaluationReport(outcome, of: system.name, from: model.path, on: lists, views: model.validationViews).text)
  }
}
