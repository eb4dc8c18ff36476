internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceBench
internal import SluiceDatasets
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

struct PredictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Says which classes a trained classifier sees in videos.",
    discussion: """
      A run knows its pipeline, model and class names; a file of weights needs --pipeline, and --classes for names.

      Example:
        sluice predict clip.mp4 --from runs/timesformer-1
        sluice predict *.mp4 --from runs/vivit-1 --top 3 --windows 4 --json
      """)

  @Argument(help: "Videos, images or folders of images.")
  var files: [String]

  @OptionGroup
  var arguments: EvaluationArguments

  @Option(help: "The pipeline, where --from does not say.")
  var pipeline: String?

  @Option(help: "Classes of each video, the likeliest first.", in: .count)
  var top = 5

  func run() async throws {
    let classifier = try TrainedClassifier(from: arguments.from, name: pipeline, try arguments.request())
    classifier.report.note(of: classifier.path)
    try requireSameNames(as: classifier.tuning.classes)
    let views = arguments.views { classifier.tuning.publishedViews }
    var prediction = try classifier.classes(of: files, views: views)
    try arguments.apply { try prediction.pipeline.set($0, to: $1) }
    let rankings = try await arguments.compute.run { try await prediction.rankings(top, arguments.options()) }
    if arguments.json {
      let entries = rankings.map { guess in
        Entry(
          file: guess.name,
          classes: guess.classes.map { Entry.Share(number: $0.number, name: $0.name, share: $0.share) })
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return Console.print(String(decoding: try encoder.encode(entries), as: UTF8.self))
    }
    for guess in rankings {
      Console.print(guess.name)
      for entry in guess.classes { Console.print("  \(entry.share.percentText)  \(entry.name)") }
    }
  }

  /// - Throws: ``RunError`` with the first class that --classes calls otherwise than the checkpoint.
  private func requireSameNames(as known: ClassMap) throws {
    guard let path = arguments.classes,
      let difference = try ClassMap(contentsOf: path).firstDifference(from: known, mine: path, theirs: arguments.from)
    else { return }
    throw RunError(.configuration, "\(difference). Leave --classes out: the checkpoint knows its classes.")
  }

  private struct Entry: Encodable {
    struct Share: Encodable {
      let number: Int
      let name: String
      let share: Double
    }

    let file: String
    let classes: [Share]
  }
}
