internal import ArgumentParser
internal import SluiceBench
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceTraining

struct ShowWordsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "words",
    abstract: "Caption, masked words and predicted words, with the pixels of the clip, of a run of simvtp.",
    discussion: """
      Prints three lines for each clip: the caption, the words that the network sees of it, and the words that it reads \
      where they are hidden. The pixels are a PNG with a row for each frame (frame, masked input, prediction) and an MP4 of \
      the rows. With --data, clips and captions are those of a list or of shards. A run knows its vocabulary.

      Example:
        sluice show words clip.mp4 --caption "a red disc moves left" --from runs/pre
        sluice show words --data val.json --samples 8 --from runs/pre --out images
      """)

  @Argument(help: "Videos, or folders of images, that --caption is about; none with --data.")
  var files: [String] = []

  @Option(help: ArgumentHelp("What is said of the files.", valueName: "text"))
  var caption: String?

  @Option(
    help: ArgumentHelp("A list with captions, or shards of one; may be given several times.", valueName: "list"))
  var data: [String] = []

  @OptionGroup
  var lists: ListArguments

  @Option(help: "Samples of --data, spread evenly (default: 4).", in: .count)
  var samples: Int?

  @OptionGroup
  var arguments: ShowRunArguments

  @Option(help: ArgumentHelp("The words of captions, a vocab.txt (default: the run's).", valueName: "file"))
  var vocab: String?

  @Option(help: "Another seed hides other words and other parts of the clip.", in: .seed)
  var seed: UInt64 = 0

  func validate() throws {
    guard files.isEmpty != data.isEmpty else {
      throw ValidationError("Name videos with a --caption, or a list of both with --data.")
    }
    guard data.isEmpty else {
      if caption != nil {
        throw ValidationError("--caption is about videos that are named; --data has captions of its own.")
      }
      return
    }
    guard caption != nil else { throw ValidationError("Say with --caption what is said of the videos.") }
    let own = [
      ("--samples", samples != nil), ("--root", lists.root != nil), ("--format", lists.format != nil),
      ("--only", lists.only != nil), ("--path-template", lists.pathTemplate != nil),
      ("--image-template", lists.selection.imageTemplate != nil), ("--list-fps", lists.selection.listFps != nil),
    ]
    if let (option, _) = own.first(where: \.1) { throw ValidationError("\(option) is about --data. Leave it out.") }
  }

  func run() async throws {
    let preview = try WordPreview(from: arguments.from, vocabulary: vocab, arguments.weights.options)
    if !preview.showsPixels {
      Console.note("\(arguments.from) was trained without the loss of pixels: there are words to show, and no images.")
    }
    let clips = try clips()
    var names = preview.showsPixels ? try ImageNames(in: arguments.out) : nil
    var isFirst = true
    try await preview.each(of: clips, RunOptions(seed: seed, maxFailures: 0)) { shown in
      if !isFirst { Console.print("") }
      isFirst = false
      for line in shown.words.lines { Console.print(line) }
      if let stem = names?.stem(of: shown.name) {
        try Image.column(shown.rows).frame.write(to: stem + "-words.png")
        Console.print(stem + "-words.png")
        try ShowArguments.writeVideo(shown.rows, to: stem + "-words.mp4")
      }
      Console.note("\(shown.name): \(shown.words.rightCount) of \(shown.words.hiddenCount) hidden words are predicted.")
    }
  }

  /// The files with the caption, or samples of the lists.
  private func clips() throws -> Clips {
    guard !data.isEmpty else {
      let items = files.map { DatasetItem(path: $0, captions: [caption ?? ""]) }
      return try Clips(videos: DatasetList(items: items))
    }
    var request = RunRequest()
    (request.root, request.format) = (lists.root, lists.format)
    lists.selection.fill(&request)
    let clips = try request.clips(of: data)
    for note in clips.notes { Console.note("note: \(note)") }
    let chosen = clips.spread(samples ?? 4)
    try chosen.requireCaptions()
    return chosen
  }
}
