internal import ArgumentParser
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceSamples

/// What the benchmarks of the data path share.
struct CorpusBenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder with manifest.json (default: $SLUICE_CORPUS).", valueName: "folder"))
  var corpus: String?
  @Option(help: ArgumentHelp("Write the rows to this file.", valueName: "file")) var json: String?
  @Flag(help: "A small run.") var quick = false
  @Option(help: "Rounds.", in: .count) var repeats: Int?
  @Option(help: ArgumentHelp("Only rows whose `peer/case` has one of these parts (a,b,…).", valueName: "parts"))
  var only: String?

  var rounds: Int { repeats ?? (quick ? 2 : 7) }

  /// Runs `body` with 16 frames at stride 4 of the corpus's first clip, then prints the rows.
  func reporting(_ name: String, _ body: (inout BenchRows, DecodedClip) throws -> Void) throws {
    do {
      let corpus = try BenchCorpus(corpus)
      guard let first = corpus.clips.first(where: { $0.group == "h264_gop250" }) else {
        throw BenchError("\(corpus.folder): no clip of the group h264_gop250")
      }
      let video = try VideoFile(path: corpus.path(first))
      let frames = try video.frames(at: (0..<16).map { 4 * $0 })
      var rows = BenchRows(only: only)
      try body(&rows, DecodedClip(handle: ClipHandle(frames: video), frames: frames))
      try rows.finish(json: json)
    } catch {
      Console.note("sluice bench \(name): \(error)")
      throw ExitCode.failure
    }
  }
}
