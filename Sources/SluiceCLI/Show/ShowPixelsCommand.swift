internal import ArgumentParser
internal import SluicePipelines
internal import SluicePlatform

struct ShowPixelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixels",
    abstract: "Original, masked input and reconstruction side by side, of a run that predicts pixels.",
    discussion: """
      Hidden tokens are shown as predicted, with the brightness and contrast of the real ones where targets are normalized; \
      all others are the original's. A PNG with a row for each frame, and an MP4 of the rows. Runs of videomae and \
      simvtp, and of maskfeat with --target pixels.

      Example:
        sluice show pixels clip.mp4 --from runs/videomae-1 --out images
      """)

  @OptionGroup
  var arguments: ShowArguments

  @Option(
    help: ArgumentHelp(
      "The words of captions, a vocab.txt, for runs of simvtp (default: the run's).", valueName: "file"))
  var vocab: String?

  @Option(help: "Another seed hides other tokens.", in: .seed)
  var seed: UInt64 = 0

  func run() async throws {
    let preview = try PixelPreview(from: arguments.from, vocabulary: vocab, arguments.weights.options)
    try await arguments.each { file, stem in
      let shown = try await preview.shown(of: file, seed: seed)
      try Image.column(shown.rows).frame.write(to: stem + "-pixels.png")
      Console.print(stem + "-pixels.png")
      try ShowArguments.writeVideo(shown.rows, to: stem + "-pixels.mp4")
      Console.note(
        "\(file): \(shown.hiddenCount) of \(shown.tokenCount) tokens are hidden; mean squared error of what is predicted of "
          + "them \(shown.error.threeDigits).")
    }
  }
}
