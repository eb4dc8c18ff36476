internal import ArgumentParser
internal import SluiceBench
internal import SluiceMedia
internal import SluicePipelines
internal import SluicePlatform

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract:
      "Draws what a trained model sees: predictions behind masks, predicted pixels, tokens or words, attention, or saliency.",
    subcommands: [
      ShowMasksCommand.self, ShowPixelsCommand.self, ShowTokensCommand.self, ShowWordsCommand.self,
      ShowAttentionCommand.self, ShowSaliencyCommand.self,
    ])
}

/// What is looked at, and where the images go.
struct ShowRunArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A run (its best checkpoint) or a checkpoint.", valueName: "checkpoint"))
  var from: String

  @OptionGroup
  var weights: WeightsArguments

  @Option(help: ArgumentHelp("The folder that images are written to.", valueName: "dir"))
  var out: String = "images"
}

/// The options of all kinds of images of files.
struct ShowArguments: ParsableArguments {
  @Argument(help: "Videos, or folders of images.")
  var files: [String]

  @OptionGroup
  private var run: ShowRunArguments

  var from: String { run.from }
  var weights: WeightsArguments { run.weights }
  var out: String { run.out }

  /// Calls `draw` for each file with the path its images begin with.
  func each(_ draw: (_ file: String, _ stem: String) async throws -> Void) async throws {
    var names = try ImageNames(in: out)
    for file in files { try await draw(file, names.stem(of: file)) }
  }

  /// Writes images as the frames of a video, four a second, and says where.
  static func writeVideo(_ images: [Image], to path: String) throws {
    guard let first = images.first else { return }
    let writer = try VideoWriter(path: path, like: first.frame, encoding: .h264(framesPerSecond: 4, quality: 12))
    for image in images { try writer.append(image.frame) }
    try writer.finish()
    Console.print(path)
  }
}

struct ShowMasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "masks",
    abstract: "Masked input, predicted HOG and frame side by side, of a run of maskfeat or videomae with HOG targets.",
    discussion: """
      Example:
        sluice show masks clip.mp4 --from runs/maskfeat-1 --out images
      """)

  @OptionGroup
  var arguments: ShowArguments

  @Option(help: "Another seed hides other tokens.", in: .seed)
  var seed: UInt64 = 0

  func run() async throws {
    let preview = try MaskedPreview(from: arguments.from, arguments.weights.options)
    try await arguments.each { file, stem in
      let image = Image.column(try await preview.rows(of: file, seed: seed))
      try image.frame.write(to: stem + "-masks.png")
      Console.print(stem + "-masks.png")
    }
  }
}

struct ShowTokensCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens",
    abstract:
      "Frame, masked input, predicted tokens and true tokens side by side, of a run that predicts visual tokens.",
    discussion: """
      Tokens are shown by DALL-E's decoder, those that are not hidden as they are. A PNG with a row for each frame, and an \
      MP4 of the rows. Runs of bevt, bevt-image, and of maskfeat and videomae with --target tokens.

      Example:
        sluice show tokens clip.mp4 --from runs/bevt --tokenizer dvae --out images
      """)

  @OptionGroup
  var arguments: ShowArguments

  @Option(
    help: ArgumentHelp(
      "The encoder, or a folder with encoder and decoder (default: as the run was trained).", valueName: "file"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("The decoder (default: the one beside the encoder).", valueName: "file"))
  var decoder: String?

  @Option(help: "Another seed hides other cells.", in: .seed)
  var seed: UInt64 = 0

  func run() async throws {
    let preview = try TokenPreview(
      from: arguments.from, tokenizer: tokenizer, decoder: decoder, arguments.weights.options)
    try await arguments.each { file, stem in
      let shown = try await preview.shown(of: file, seed: seed)
      try Image.column(shown.rows).frame.write(to: stem + "-tokens.png")
      Console.print(stem + "-tokens.png")
      try ShowArguments.writeVideo(shown.rows, to: stem + "-tokens.mp4")
      let share = { (count: Int) in Double(count) / Double(max(shown.hiddenCount, 1)) }
      Console.note(
        "\(file): \(shown.rightCount) of \(shown.hiddenCount) hidden tokens are predicted, "
          + "\(share(shown.rightCount).percentText); their most frequent word is \(share(shown.mostFrequentCount).percentText)."
      )
    }
  }
}

struct ShowAttentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "Where the heads of the last attention preview, on the frames, of a run of timesformer or vivit.",
    discussion: """
      A PNG with a row for each frame (frame, overlay, heads) and an MP4 (frame, overlay).

      Example:
        sluice show attention clip.mp4 --from runs/timesformer-1 --out images
      """)

  @OptionGroup
  var arguments: ShowArguments

  @Option(help: "The share of each head's attention that is shown.", in: NumberRange(1e-6...1))
  var share = 0.6

  func run() async throws {
    let preview = try AttentionPreview(from: arguments.from, arguments.weights.options)
    try await arguments.each { file, stem in
      let frames = try await preview.frames(of: file, share: share)
      try Image.column(frames.map(\.panel)).frame.write(to: stem + "-attention.png")
      Console.print(stem + "-attention.png")
      try ShowArguments.writeVideo(frames.map { .row([$0.image, $0.overlay]) }, to: stem + "-attention.mp4")
    }
  }
}
