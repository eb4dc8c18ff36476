internal import ArgumentParser
internal import SluiceFlow
internal import SluicePipelines
internal import SluiceTensor

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Judges a trained classifier: top-1, top-5, every class, confusion.",
    discussion: """
      The views of a sample (windows × crops) are averaged before any softmax. Beside a run, or in --out, the report is \
      left as evaluation.json and evaluation.html.

      Example:
        sluice eval timesformer --from runs/timesformer-1 --data val.txt
        sluice eval vivit --from runs/vivit-1 --data val.txt --windows 4 --crops three --json
      """)

  @Argument(help: "The pipeline's name.")
  var pipeline: String

  @OptionGroup
  var arguments: EvaluationArguments

  @Option(
    help: ArgumentHelp(
      "A list file or a directory of shards; may be given several times (default: the run's --val).", valueName: "list")
  )
  var data: [String] = []

  @OptionGroup
  var lists: ListArguments

  @Option(help: ArgumentHelp("The share of samples that may fail.", valueName: "fraction"))
  var maxFailures = 0.01

  @Option(help: ArgumentHelp("Where the report is left (default: the run, if --from is one).", valueName: "dir"))
  var out: String?

  func run() async throws {
    _ = try Systems.named(pipeline)
    let stored = try StoredModel(opening: arguments.from)?.request
    let paths = data.isEmpty ? stored?.validation ?? [] : data
    let classifier = try arguments.classifier(
      named: pipeline, root: lists.root ?? stored?.root, format: lists.format ?? (data.isEmpty ? stored?.format : nil))
    var evaluation = try classifier.evaluation(on: paths, views: arguments.views)
    try arguments.apply(to: &evaluation)

    let stop = StopRequest()
    let signals = StopSignals { stop.make() }
    defer { signals.end() }
    var progress = ProgressLine("eval \(pipeline)", total: evaluation.sampleCount)
    defer { progress.finish() }
    let result = try await arguments.compute.run {
      try await evaluation.result(arguments.options(maxFailures: maxFailures), stop: stop) {
        progress.update(done: $0, unit: "clips")
      }
    }
    progress.finish()
    guard let result else { throw ExitCode(130) }
    for failure in result.failures.samples { Console.note("failed: \(failure)") }
    let report = EvaluationReport(result, evaluation, of: classifier, on: paths)
    Console.print(arguments.json ? report.json : report.table)
    let beside = RunDirectory(path: arguments.from)
    if let directory = out.map(RunDirectory.init) ?? (beside.holdsRun ? beside : nil) {
      Console.note("report: \(try report.write(to: directory))")
    }
  }
}
