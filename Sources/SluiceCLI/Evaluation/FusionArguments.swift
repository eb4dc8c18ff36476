internal import ArgumentParser
internal import SluiceBench
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

/// What says that saved scores are averaged, instead of a model being run.
struct FusionArguments: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Averages the saved scores of two branches of bike, the video's first: files of --scores, or the published ones as \
      SIMS.pt,LABELS.pt.
      """, valueName: "scores"))
  var fuse: [String] = []

  @Option(
    help: ArgumentHelp("The weight of the first scores of --fuse. (default: 0.7)", valueName: "share"), in: .share)
  var fusionWeight: Double?

  func validate() throws {
    guard fuse.isEmpty || fuse.count == 2 else {
      throw ValidationError(
        "--fuse \(fuse.joined(separator: " ")): two scores are wanted, the video's and the attributes'.")
    }
    guard fusionWeight == nil || !fuse.isEmpty else {
      throw ValidationError("--fusion-weight is about --fuse, and there is no --fuse. Leave it out.")
    }
  }

  /// Averages, prints, and writes what is asked for.
  func run(_ system: any TrainingSystem.Type, _ arguments: EvaluationArguments, _ data: EvaluationData) throws {
    guard system is any VideoTextClassifying.Type else {
      throw RunError(
        .configuration, "--fuse has no effect here: \(system.name) has one branch alone. It is for bike: leave it out.")
    }
    if let option = FusionArguments.idle(arguments, data) {
      throw RunError(
        .configuration,
        "\(option) has no effect here: --fuse averages what is saved, and no model is run. Leave it out.")
    }
    try data.requireFolderOfScores()
    let fusion = try ScoreFusion(
      try SampleScores(reading: fuse[0]), try SampleScores(reading: fuse[1]), weight: fusionWeight ?? 0.7,
      names: (fuse[0], fuse[1]))
    for note in fusion.notes { Console.note("note: \(note)") }
    if let path = data.scores {
      try fusion.scores.write(to: path, metadata: ["pipeline": system.name, "fused": fuse.joined(separator: " ")])
      Console.note("scores: \(path)")
    }
    Console.print(arguments.json ? try fusion.json() : fusion.text)
    if let path = data.out { Console.note("report: \(try fusion.write(to: RunDirectory(path: path)))") }
  }

  /// The first option that says how a model is run; `nil` if there is none.
  private static func idle(_ arguments: EvaluationArguments, _ data: EvaluationData) -> String? {
    let given = [
      ("--from", arguments.origin != nil), ("--data", !data.lists.isEmpty), ("--views", arguments.views != nil),
      ("--windows", arguments.windows != nil), ("--crops", arguments.crops != nil),
      ("--average", arguments.average != nil), ("--classes", !arguments.classFiles.isEmpty),
      ("--pixels", arguments.pixels != nil), ("--set", !arguments.settings.settings.isEmpty),
      ("--threads", arguments.threads != nil), ("--protocol", data.names.way != nil), ("--dense", data.names.dense),
      ("--vocab", data.vocab != nil), ("--attributes", data.attributes != nil), ("--clip", data.towers.clip != nil),
      ("--merges", data.towers.merges != nil),
    ]
    let (weights, retrieval) = (arguments.weights, data.retrieval.options)
    let others = [
      ("--checkpoint", weights.checkpoint != nil), ("--weights", weights.weights != nil),
      ("--partial", weights.partial),
      ("--resize-positions", weights.resizePositions),
    ]
    let known = given + others + retrieval.map { ($0.rawValue, true) }
    return known.first(where: \.1)?.0
  }
}
