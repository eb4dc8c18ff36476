internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluates a trained model: metrics, every class and confusion, or retrieval.",
    discussion: """
      The views of a sample (windows × crops) are averaged. Beside a run, or in --out, the report is \
      left as evaluation.json and evaluation.html; clips that fail are named in failures.csv.

      --scores writes a safetensors file: "scores", float32 [samples, classes] in the order of the lists, probabilities \
      with --average prob and else logits; "labels", int64 [samples]; and in its metadata "samples" (paths), "classes" \
      (names; both JSON lists) and "unit" (logit or probability).

      A model of videos and texts is evaluated on a list with captions. Each caption ranks all videos and each video all \
      captions; features of a video's views are averaged. Printed are the shares of right answers among the first 1, 5 and \
      10 in per cent, and the median and mean rank; the report has R@50 and the geometric mean besides.

      A run of bike compares videos with the names of classes, its own or those of --classes, by a --protocol. The figures \
      of the published tests come first, which count the first clips of a list again until eight processes share it evenly; \
      beside them, and as metrics, stand those that count each clip once. Its --scores are probabilities averaged over views; \
      of activitynet and charades their softmax, of which mAP is. --fuse averages two such files and runs no model.

      Example:
        sluice eval timesformer --from runs/timesformer-1 --data val.txt
        sluice eval vivit --from runs/vivit-1 --data val.txt --windows 4 --crops three --json
        sluice eval bevt-finetune --from runs/swin --views published --scores scores.safetensors
        sluice eval simvtp-finetune --from runs/tuned --data test.json --views published --dual-softmax
        sluice eval bike --from runs/bike --data val.txt --protocol general --windows 4 --crops three
        sluice eval bike --from runs/bike --data other.txt --classes other.csv --protocol zero-shot
        sluice eval bike --fuse video.safetensors attributes.safetensors --fusion-weight 0.7
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: EvaluationArguments

  @OptionGroup
  var data: EvaluationData

  @OptionGroup
  var fusion: FusionArguments

  func run() async throws {
    let system = try Systems.named(pipeline)
    guard fusion.fuse.isEmpty else { return try fusion.run(system, arguments, data) }
    try await EvalCommand.evaluate(system, arguments, data)
  }

  /// Evaluates what a run of `system` left.
  static func evaluate(
    _ system: any TrainingSystem.Type, _ arguments: EvaluationArguments, _ data: EvaluationData
  ) async throws {
    let stored = try StoredModel(opening: arguments.from, arguments.weights.checkpoint ?? .best)?.request
    let paths = data.lists.isEmpty ? stored?.validation ?? [] : data.lists
    var request = try arguments.request(
      root: data.annotations.root ?? stored?.root,
      format: data.annotations.format ?? (data.lists.isEmpty ? stored?.format : nil),
      listCount: system is any VideoTextClassifying.Type ? paths.count : 1)
    request.maxFailures = data.maxFailures
    request.evaluationOptions = data.retrieval.options.union(data.names.options)
    request.evaluationProtocol = data.names.way
    data.annotations.selection.fill(&request)
    if data.lists.isEmpty, request.only == nil, request.pathTemplate == nil {
      // The run's own validation is read as the run read it.
      (request.validation, request.pathTemplate) = (stored?.validation, stored?.pathTemplate)
      request.imageTemplate = request.imageTemplate ?? stored?.imageTemplate
      (request.listRate, request.validationRoot) = (request.listRate ?? stored?.listRate, stored?.validationRoot)
    }
    request.vocabulary = data.vocab
    (request.clip, request.merges, request.attributes) = (data.towers.clip, data.towers.merges, data.attributes)
    let model = try TrainedSystem(from: arguments.from, system, request)
    model.report.note(of: model.path)
    var views = try arguments.views(average: model.usualAverage) { try model.publishedViews() }
    if data.names.isTest { views.geometry = .published }
    var evaluation = try model.evaluation(on: paths, views: views)
    for note in evaluation.notes { Console.note("note: \(note)") }
    try arguments.apply { try evaluation.set($0, to: $1) }
    try data.requireFolderOfScores()
    if let scores = data.scores { try evaluation.keepScores(for: scores) }

    try evaluation.requireMemory()
    let stop = StopRequest()
    let signals = StopSignals { stop.make() }
    defer { signals.end() }
    var progress = ProgressLine("eval \(system.name)", total: evaluation.sampleCount)
    defer { progress.finish() }
    let beside = RunDirectory(path: arguments.from)
    let directory = data.out.map(RunDirectory.init) ?? (beside.holdsRun ? beside : nil)
    try directory?.createFolder()
    var failures = FailureLog()
    let outcome: EvaluationOutcome?
    do {
      outcome = try await arguments.compute.run {
        try await evaluation.run(arguments.options(maxFailures: data.maxFailures), stop: stop, failures: &failures) {
          progress.update(done: $0, unit: "clips")
        }
      }
    } catch {
      progress.finish()
      try note(failures, in: directory)
      throw error
    }
    progress.finish()
    try note(failures, in: directory)
    for note in evaluation.readingNotes() { Console.note("note: \(note)") }
    guard let outcome else { throw ExitCode(130) }
    let report = EvaluationReport(
      outcome, of: system.name, from: model.path, on: paths, views: views)
    if let path = data.scores, let scores = outcome.findings.scores {
      try scores.write(to: path, metadata: ["pipeline": system.name, "checkpoint": model.path])
      Console.note("scores: \(path)")
    }
    Console.print(arguments.json ? try report.json() : report.text)
    if let directory { Console.note("report: \(try report.write(to: directory))") }
  }

  /// Names every clip that failed, also in `failures.csv` of a directory.
  private static func note(_ failures: FailureLog, in directory: RunDirectory?) throws {
    Console.note(failures)
    if let directory { try FailureFile(of: directory).replace(failures.samples, of: .evaluation) }
  }
}

/// What is evaluated on, and where the report is left.
struct EvaluationData: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "A list file or a directory of shards; may be given several times (default: the run's --val).", valueName: "list")
  )
  var lists: [String] = []

  @OptionGroup
  var annotations: ListArguments

  @Option(
    help: ArgumentHelp("The words of captions, a vocab.txt (default: the run's).", valueName: "file"))
  var vocab: String?

  @OptionGroup
  var towers: TowerArguments

  @Option(
    help: ArgumentHelp(
      "Phrases about the videos of --data, as 'sluice attributes' writes them, for bike-attributes.", valueName: "file")
  )
  var attributes: String?

  @Option(
    help: ArgumentHelp("The share of samples that may fail.", valueName: "fraction"), in: .share)
  var maxFailures = 0.01

  @Option(help: ArgumentHelp("Where the report is left (default: the run, if --from is one).", valueName: "dir"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Writes what every sample is given for each class, with labels and paths, as safetensors.", valueName: "file"))
  var scores: String?

  @OptionGroup
  var retrieval: RetrievalArguments

  @OptionGroup
  var names: ClassNameArguments

  func validate() throws {
    guard let scores, !scores.hasSuffix(".safetensors") else { return }
    throw ValidationError(
      "--scores \(scores): scores are written as safetensors. Name a file that ends in .safetensors.")
  }

  /// Looks before a sample is evaluated.
  /// - Throws: ``RunError`` if there is no folder for the scores.
  func requireFolderOfScores() throws(RunError) {
    guard let scores else { return }
    let folder = scores.lastIndex(of: "/").map { String(scores[...$0]) } ?? "."
    guard FileKind(at: folder) == .folder else {
      throw RunError(.file, "--scores \(scores): there is no folder \(folder). Make it, or name another file.")
    }
  }
}

/// What evaluations by retrieval can be asked for besides.
struct RetrievalArguments: ParsableArguments {
  @Flag(help: "Adds a second table of retrieval, of similarities weighed by a softmax over all texts.")
  var dualSoftmax = false

  @Flag(help: "Embeds each text by itself; without it the texts of a batch are padded to the longest, as in training.")
  var textAlone = false

  var options: Set<EvaluationOption> {
    var options: Set<EvaluationOption> = []
    if dualSoftmax { options.insert(.dualSoftmax) }
    if textAlone { options.insert(.textAlone) }
    return options
  }
}
