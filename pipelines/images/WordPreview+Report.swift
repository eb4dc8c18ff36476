internal import SluiceDecode
internal import SluiceFlow
internal import SluiceReport

extension WordPreview {
  /// Captions of a few clips, and the frame in the middle of each, as parts of a page; clips that fail are left out.
  /// - Parameters:
  ///   - count: clips, spread evenly over the data.
  ///   - options: the key of what is hidden, and the threads.
  func parts(of clips: Clips, count: Int = 4, _ options: RunOptions) async throws -> [Report.Part] {
    let pass = RunOptions(seed: options.seed, maxFailures: nil, budget: options.budget)
    var (words, images): ([[String]], [ImageRows.Row]) = ([], [])
    try await each(of: clips.spread(count), pass) { shown in
      words.append([shown.name] + shown.words.lines)
      guard !shown.frames.isEmpty else { return }
      let middle = shown.frames[shown.frames.count / 2]
      images.append(ImageRows.Row(shown.words.lines[0], images: try middle.map { try $0.frame.png() }))
    }
    guard !words.isEmpty else { return [] }
    let table = DataTable(
      "Captions of a few samples of the data, what the network sees of them, and what it reads.",
      columns: [.text("clip"), .text("caption"), .text("masked"), .text("predicted")], rows: words)
    guard !images.isEmpty else { return [.table(table)] }
    let rows = ImageRows(
      "A frame of the same samples, what the network sees of it, and what it makes of it.",
      columns: ["original", "masked input", "reconstruction"], rows: images)
    return [.table(table), .images(rows)]
  }
}
