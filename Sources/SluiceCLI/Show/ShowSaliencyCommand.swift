internal import ArgumentParser
internal import SluicePipelines
internal import SluicePlatform

struct ShowSaliencyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saliency",
    abstract: "Which frames count for what is found in a video, of a run of bike with the interaction VCS.",
    discussion: """
      A PNG with the strip of frames, and below it a row for each of the likeliest classes: a frame is as bright as it counts \
      for the class, and so long is the bar below it. The MP4 has the same frame by frame.

      Example:
        sluice show saliency clip.mp4 --from runs/bike --out images
        sluice show saliency clip.mp4 --from runs/bike --names "a dog jumps, a dog sleeps"
      """)

  @OptionGroup
  var arguments: ShowArguments

  @OptionGroup
  var naming: NameArguments

  @Option(help: "Classes of each video, the likeliest first.", in: .count)
  var top = 3

  func run() async throws {
    let preview = try SaliencyPreview(from: arguments.from, names: naming.names, arguments.weights.options)
    try await arguments.each { file, stem in
      let shown = try await preview.shown(of: file, top: top)
      try shown.strip.frame.write(to: stem + "-saliency.png")
      Console.print(stem + "-saliency.png")
      try ShowArguments.writeVideo(shown.steps, to: stem + "-saliency.mp4")
      Console.note("\(file): below the frames " + ShowSaliencyCommand.rows(of: shown.ranking) + ".")
    }
  }

  /// What the rows of a strip are about: `left (91.3 %, most at frame 12)`.
  private static func rows(of ranking: NamePrediction.Ranking) -> String {
    let rows = ranking.classes.map { found in
      let most = found.saliency.indices.max { found.saliency[$0] < found.saliency[$1] } ?? 0
      return "\(found.name) (\(found.share.percentText), most at frame \(ranking.frames[most]))"
    }
    return rows.joined(separator: ", ")
  }
}
