internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceTraining

/// `sluice attributes`: the phrases of a lexicon that a CLIP finds nearest to each video of a list.
struct AttributesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attributes",
    abstract: "Writes the phrases that a CLIP finds nearest to each video of a list, for bike-attributes.",
    discussion: """
      The file is JSON: for each video, by its path in the list, "classname_topk", the phrases with the nearest first. The \
      features of a video's frames are averaged over time and compared with those of the phrases, each in the sentence of \
      --template. What it was made with is written beside it, as NAME.origin.json.

      A video that cannot be read ends it, and nothing is written.

      Example:
        sluice attributes train.txt --lexicon words.txt --clip ViT-L-14.pt --out train.json
      """)

  @Argument(help: "Lists, or directories of shards.")
  var list: [String]

  @Option(help: ArgumentHelp("The phrases that may be said of a video, one on each line.", valueName: "file"))
  var lexicon: String

  @OptionGroup
  var towers: TowerArguments

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  @Option(help: ArgumentHelp("The sentence of a phrase, which stands in place of {}.", valueName: "sentence"))
  var template: String = "This is a video about {}"

  @Option(help: ArgumentHelp("Phrases of each video (default: 10).", valueName: "count"), in: .count)
  var top: Int?

  @Option(help: ArgumentHelp("Frames of each video, spread evenly (default: 8).", valueName: "count"), in: .count)
  var frames: Int?

  @Option(help: "Threads that compute (default: the cores); results do not depend on it.", in: .threads)
  var threads: Int?

  @OptionGroup
  var lists: ListArguments

  func run() async throws {
    var request = RunRequest()
    (request.data, request.root, request.format) = (list, lists.root, lists.format)
    lists.selection.fill(&request)
    (request.clip, request.merges) = (towers.clip, towers.merges)
    try await AttributesCommand.write(generation, request, to: out, threads: threads)
  }

  private var generation: AttributeGeneration {
    var generation = AttributeGeneration(lexicon: lexicon)
    generation.template = template
    generation.phraseCount = top ?? generation.phraseCount
    generation.frameCount = frames ?? generation.frameCount
    return generation
  }

  /// Makes attributes and writes them with what they were made of, both whole or not at all.
  static func write(
    _ generation: AttributeGeneration, _ request: RunRequest, to path: String, threads: Int?
  ) async throws {
    let prepared = try generation.prepared(request)
    for note in prepared.notes { Console.note("note: \(note)") }
    let options = RunOptions(maxFailures: 0, budget: ThreadBudget(compute: threads))
    var progress = ProgressLine("attributes", total: prepared.count)
    defer { progress.finish() }
    let attributes = try await Compute(threadCount: options.budget.compute).run {
      try await prepared.attributes(options) { progress.update(done: $0, unit: "videos") }
    }
    progress.finish()
    let base = path.hasSuffix(".json") ? String(path.dropLast(5)) : path
    let record = try prepared.record(of: request)
    try attributes.write(to: path)
    try OutputFile.replace(base + ".origin.json", with: Array(record.utf8))
    Console.print(
      "\(path): \(min(generation.phraseCount, prepared.lexiconCount)) phrases of \(prepared.lexiconCount) for each of "
        + "\(prepared.count) videos")
  }
}
