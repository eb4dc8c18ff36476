internal import SluiceCheckpoints
internal import SluiceNN
internal import SluiceReport
internal import SluiceTensor
package import SluiceTraining

/// Ranks all videos of a set for each of its texts, and all texts for each video: R@1, R@5, R@10, R@50, median and mean rank.
package struct RetrievalEvaluator: Evaluator {
  private let texts: RetrievalTexts
  private let viewCount: Int
  private let hasDualSoftmax: Bool
  // By their positions among all videos.
  private var videos = ViewAverage(.score)
  private var embedded: [EmbeddedText] = []

  /// A caption and its feature.
  private struct EmbeddedText {
    let sample: Int
    let caption: Int
    let feature: ArraySlice<Float>
  }

  /// - Parameters:
  ///   - texts: the captions of all videos of the set.
  ///   - viewCount: views of each video, for the report.
  ///   - hasDualSoftmax: whether there is a second table, of similarities weighed by a softmax over all texts.
  package init(_ texts: RetrievalTexts, viewCount: Int, hasDualSoftmax: Bool = false) {
    (self.texts, self.viewCount, self.hasDualSoftmax) = (texts, viewCount, hasDualSoftmax)
  }

  package var primary: PrimaryMetric { .highest(RetrievalTables.primaryName) }

  package private(set) var sampleCount: Int = 0

  /// - Throws: ``RunError`` if there is not a feature for each view and each caption.
  package mutating func add(_ output: RetrievalFeatures, for batch: RetrievalBatch) throws {
    let captions = batch.samples.flatMap { sample in texts.captions[sample].indices.map { (sample, $0) } }
    guard output.views.shape[0] == batch.samples.count * batch.viewCount, output.texts.shape[0] == captions.count,
      output.views.shape[1] == output.texts.shape[1]
    else {
      throw RunError(
        .weights,
        "features of views are \(output.views.shape) and of captions \(output.texts.shape), for \(batch.samples.count) "
          + "videos of \(batch.viewCount) views with \(captions.count) captions.")
    }
    videos.add(
      output.views, samples: batch.samples.flatMap { repeatElement(texts.positions[$0], count: batch.viewCount) },
      views: batch.samples.flatMap { _ in 0..<batch.viewCount })
    let (rows, width) = (output.texts.floats, output.texts.shape[1])
    for (row, (sample, caption)) in captions.enumerated() {
      embedded.append(
        EmbeddedText(sample: sample, caption: caption, feature: rows[row * width..<(row + 1) * width]))
    }
    sampleCount += batch.samples.count
  }

  package func findings() -> EvaluationFindings {
    let positions = videos.samples
    let columns = Dictionary(uniqueKeysWithValues: positions.enumerated().map { ($1, $0) })
    let sorted = embedded.sorted {
      (texts.positions[$0.sample], $0.caption) < (texts.positions[$1.sample], $1.caption)
    }
    let means = videos.scores
    let rows = Tensor(sorted.flatMap(\.feature), shape: [sorted.count, means.shape[1]])
    let matrix = SimilarityMatrix(
      texts: rows, videos: means, videoOfText: sorted.map { columns[texts.positions[$0.sample]] ?? 0 })
    let tables = RetrievalTables(
      matrix, dual: hasDualSoftmax ? matrix.dualSoftmax() : nil, viewCount: viewCount,
      unusable: RetrievalTables.Unusable(
        videos: unusableRows(means.floats, means.shape[1]), texts: sorted.count { !$0.feature.allSatisfy(\.isFinite) }))
    var details = tables.details
    details["text_padding"] = .string(texts.isAlone ? "alone" : "batch")
    return EvaluationFindings(
      sampleCount: sampleCount, metrics: tables.metrics, lines: tables.lines, text: tables.dualText, details: details,
      sections: [
        Report.Section("Retrieval", [tables.table]),
        Report.Section("Farthest captions", [.table(farthest(in: matrix, sorted, positions))]),
      ])
  }

  private func unusableRows(_ values: [Float], _ width: Int) -> Int {
    stride(from: 0, to: values.count, by: max(width, 1)).count { !values[$0..<$0 + width].allSatisfy(\.isFinite) }
  }

  /// The captions whose own videos have the last ranks.
  private func farthest(in matrix: SimilarityMatrix, _ sorted: [EmbeddedText], _ positions: [Int]) -> DataTable {
    let ranks = matrix.textToVideo().values
    let names = Dictionary(uniqueKeysWithValues: zip(texts.positions, texts.names))
    let last = ranks.indices.sorted { (-ranks[$0], $0) < (-ranks[$1], $1) }.prefix(20)
    return DataTable(
      "The \(last.count) captions whose own videos are farthest down among \(matrix.videoCount).",
      columns: [.text("caption"), .text("its video"), .number("rank"), .text("the most similar video")],
      rows: last.map { text in
        let own = sorted[text]
        return [
          "“\(texts.captions[own.sample][own.caption])”", texts.names[own.sample], "\(Int(ranks[text]) + 1)",
          names[positions[matrix.bestVideo(of: text)]] ?? "",
        ]
      })
  }
}
