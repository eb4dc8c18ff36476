internal import SluiceDecode
public import SluiceTraining

/// A system that compares videos with texts: `sluice eval` and `--val` rank all videos of a set for each of its captions.
public protocol RetrievingSystem: TrainingSystem {
  /// The network, and how its clips and texts are made.
  var retrieval: Retrieval { get }
}

extension RetrievingSystem {
  public static var evaluationOptions: Set<EvaluationOption> { EvaluationOption.ofRetrieval }

  public var validationViews: EvaluationViews { retrieval.validationViews }
  public var publishedViews: EvaluationViews? { retrieval.publishedViews }

  public func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation? {
    if let classes = request.classes {
      throw RunError(
        .configuration,
        "--classes \(classes) has no effect here: \(Self.name) compares videos with captions. Leave it out.")
    }
    let clips = try request.clips(of: paths)
    guard clips.count > 0 else {
      throw RunError(.data, "no data: name a list file with captions, or shards made of one, with --data.")
    }
    var evaluation = try retrieval.evaluation(on: clips, views: views, options: request.evaluationOptions)
    try clips.requireFiles(tolerating: request.toleratedFailures)
    try request.requireReadable(clips, of: paths)
    evaluation.dataset = { try clips.manifest() }
    evaluation.notes = clips.notes
    evaluation.readingNotes = { clips.warnings.notes }
    return evaluation
  }
}
