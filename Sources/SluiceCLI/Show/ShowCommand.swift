internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceBench
internal import SluiceMedia
internal import SluicePipelines
internal import SluicePlatform

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Draws what a trained model sees: predictions behind masks, or attention.",
    subcommands: [ShowMasksCommand.self, ShowAttentionCommand.self])
}

/// The options of both kinds of images.
struct ShowArguments: ParsableArguments {
  @Argument(help: "Videos, or folders of images.")
  var files: [String]

  @Option(help: ArgumentHelp("A run (its best checkpoint) or a checkpoint.", valueName: "checkpoint"))
  var from: String

  @OptionGroup
  var weights: WeightsArguments

  @Option(help: ArgumentHelp("The folder that images are written to.", valueName: "dir"))
  var out: String = "images"

  /// Calls `draw` for each file with the path its images begin with.
  func each(_ draw: (_ file: String, _ stem: String) async throws -> Void) async throws {
    try createDirectories(out)
    var seen: [String: Int] = [:]
    for file in files {
      let last = file.split(separator: "/").last.map(String.init) ?? "clip"
      let name = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
      // Files of one name in different folders do not overwrite each other.
      let count = seen[name, default: 0]
      seen[name] = count + 1
      try await draw(file, "\(out)/\(name)" + (count > 0 ? "-\(count + 1)" : ""))
    }
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
      let pairs = frames.map { Image.row([$0.image, $0.overlay]).frame }
      guard let first = pairs.first else { return }
      let writer = try VideoWriter(
        path: stem + "-attention.mp4", like: first, encoding: .h264(framesPerSecond: 4, quality: 12))
      for pair in pairs { try writer.append(pair) }
      try writer.finish()
      Console.print(stem + "-attention.mp4")
    }
  }
}
