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

      A run of bike classifies by any words, those of --names, or of another file of --classes. Shares are those among these \
      words. Below them stands for each frame, by its number in the video, how much it counts for each of them; the frames \
      of a window count 100 % together.

      Example:
        sluice predict clip.mp4 --from runs/timesformer-1
        sluice predict *.mp4 --from runs/vivit-1 --top 3 --windows 4 --json
        sluice predict clip.mp4 --from runs/bike --names "left, right, up, down"
      """)

  @Argument(help: "Videos, images or folders of images.")
  var files: [String]

  @OptionGroup
  var arguments: EvaluationArguments

  @OptionGroup
  var naming: NameArguments

  @Option(help: "The pipeline, where --from does not say.")
  var pipeline: String?

  @Option(help: "Classes of each video, the likeliest first.", in: .count)
  var top = 5

  func validate() throws {
    guard let names = naming.names else { return }
    if arguments.classes != nil {
      throw ValidationError("--names and --classes both say what videos may show. Leave one of them out.")
    }
    if names.count < 2 {
      throw ValidationError("--names \(names[0]): one name alone has all of the share. Name two or more.")
    }
  }

  func run() async throws {
    let request = try arguments.request()
    guard try !NamePrediction.reads(arguments.from, arguments.weights.checkpoint) else {
      return try await classifyByWords(request)
    }
    if naming.names != nil {
      throw RunError(
        .configuration, "--names has no effect here: \(arguments.from) knows no classes but its own. Leave it out.")
    }
    let classifier = try TrainedClassifier(from: arguments.from, name: pipeline, request)
    classifier.report.note(of: classifier.path)
    try requireSameNames(as: classifier.tuning.classes)
    let views = arguments.views { classifier.tuning.publishedViews }
    var prediction = try classifier.classes(of: files, views: views)
    try arguments.apply { try prediction.pipeline.set($0, to: $1) }
    let rankings = try await arguments.compute.run { try await prediction.rankings(top, arguments.options()) }
    if arguments.json {
      return try printJSON(rankings.map(Entry.init))
    }
    for guess in rankings {
      Console.print(guess.name)
      for entry in guess.classes { Console.print("  \(entry.share.percentText)  \(entry.name)") }
    }
  }

  /// Classifies by a run that compares videos with texts.
  private func classifyByWords(_ request: RunRequest) async throws {
    if let pipeline {
      throw RunError(
        .configuration, "--pipeline \(pipeline) has no effect here: \(arguments.from) knows its pipeline. Leave it out."
      )
    }
    if arguments.average == .score {
      throw RunError(
        .configuration,
        "--average score has no effect here: of several views the shares are averaged. Leave the option out.")
    }
    let rankings = try await arguments.compute.run {
      var prediction = try NamePrediction(from: arguments.from, names: naming.names, request)
      try arguments.apply { prediction.stageSettings[$0] = $1 }
      return try await prediction.rankings(
        of: files, top: top, views: arguments.views { prediction.publishedViews }, arguments.options())
    }
    guard !arguments.json else { return try printJSON(rankings.map(Entry.init)) }
    for ranking in rankings {
      Console.print(ranking.name)
      for found in ranking.classes { Console.print("  \(found.share.percentText)  \(found.name)") }
      for line in PredictCommand.frameLines(of: ranking) { Console.print("  \(line)") }
    }
  }

  /// A line for each frame: its number, and how much it counts for each class; none where frames are not weighed.
  private static func frameLines(of ranking: NamePrediction.Ranking) -> [String] {
    guard ranking.classes.contains(where: { !$0.saliency.isEmpty }) else { return [] }
    var table = TextTable(["frame"] + ranking.classes.map(\.name))
    for (place, frame) in ranking.frames.enumerated() {
      table.add(["\(frame)"] + ranking.classes.map { $0.saliency[place].percentText })
    }
    return table.lines
  }

  private func printJSON(_ entries: [Entry]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    Console.print(String(decoding: try encoder.encode(entries), as: UTF8.self))
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
      /// How much each frame counts; left out where frames are not weighed.
      var saliency: [Double]?
    }

    let file: String
    let classes: [Share]
    /// Numbers of the frames that were weighed.
    var frames: [Int]?

    init(_ guess: ClassPrediction.Ranking) {
      file = guess.name
      classes = guess.classes.map { Share(number: $0.number, name: $0.name, share: $0.share) }
    }

    init(_ ranking: NamePrediction.Ranking) {
      file = ranking.name
      classes = ranking.classes.map { found in
        Share(
          number: found.number, name: found.name, share: found.share,
          saliency: found.saliency.isEmpty ? nil : found.saliency)
      }
      frames = ranking.classes.contains { !$0.saliency.isEmpty } ? ranking.frames : nil
    }
  }
}
