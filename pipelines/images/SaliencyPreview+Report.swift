internal import SluiceDecode
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceReport
internal import SluiceTraining

extension SaliencyPreview {
  /// The frames of a few clips, and how much each counts for the class that the clip is taken for, as a part of a page; clips
  /// that fail are left out.
  /// - Parameter count: clips, spread evenly over the data.
  func parts(of clips: Clips, count: Int = 4, _ options: RunOptions) async throws -> [Report.Part] {
    let pass = RunOptions(seed: options.seed, maxFailures: nil, budget: options.budget)
    let rows = try await shown(of: clips.spread(count), top: 1, pass).map { shown in
      let found = shown.ranking.classes.map { " \($0.name), \($0.share.percentText)" }
      return ImageRows.Row(
        "\(shown.ranking.name):" + found.joined(), images: try shown.mosaics.map { try $0.frame.png() })
    }
    guard !rows.isEmpty else { return [] }
    return [
      .images(
        ImageRows(
          "The frames of a few samples of the data, and how much each of them counts for the class that the sample is taken for.",
          columns: ["frames", "what they count"], rows: rows))
    ]
  }
}

extension VideoTextClassifying {
  /// A few clips for the report of a finished run: their frames, and how much each of them counts; nothing where the network
  /// weighs none.
  func saliencyParts(of clips: Clips, _ options: RunOptions) async throws -> [Report.Part] {
    guard let comparison = FrameComparison(videoText),
      let preview = SaliencyPreview(try NamePrediction(comparison))
    else { return [] }
    return try await preview.parts(of: clips, options)
  }
}
