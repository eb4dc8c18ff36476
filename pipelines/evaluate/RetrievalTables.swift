internal import SluiceCheckpoints
internal import SluiceNN
internal import SluiceReport
internal import SluiceTraining

/// What a similarity matrix comes to: metrics for a log, lines for a terminal, a table for a page.
struct RetrievalTables {
  /// The metric that networks are compared by.
  static let primaryName = "t2v_r1"

  /// Videos and captions with features that are not finite.
  struct Unusable {
    let videos: Int
    let texts: Int
  }

  private let textToVideo: RetrievalDirection
  private let videoToText: RetrievalDirection
  /// Text to video with ties averaged.
  private let averaged: RetrievalDirection
  private let dual: [RetrievalDirection]
  private let tiedCount: Int
  private let textCount: Int
  private let videoCount: Int
  private let unusable: Unusable

  init(_ matrix: SimilarityMatrix, dual: SimilarityMatrix?, viewCount: Int, unusable: Unusable) {
    (textCount, videoCount, tiedCount) = (matrix.textCount, matrix.videoCount, matrix.tiedTextCount)
    self.unusable = unusable
    let views = viewCount == 1 ? "1 view" : "\(viewCount) views"
    let sizes = ["\(textCount) × \(videoCount), \(views)", "\(videoCount) × \(textCount), \(views)"]
    func directions(_ matrix: SimilarityMatrix) -> [RetrievalDirection] {
      [
        RetrievalDirection("text to video", "t2v", matrix.textToVideo(), sizes[0]),
        RetrievalDirection("video to text", "v2t", matrix.videoToText(), sizes[1]),
      ]
    }
    let plain = directions(matrix)
    (textToVideo, videoToText) = (plain[0], plain[1])
    averaged = RetrievalDirection("text to video", "t2v", matrix.textToVideo(ties: .averaged), sizes[0])
    self.dual = dual.map(directions) ?? []
  }

  var metrics: [EvaluationFindings.Metric] { textToVideo.metrics + videoToText.metrics }

  /// A line a direction, and what they are to be read with.
  var lines: [String] { [textToVideo.line, videoToText.line] + warnings }

  private var warnings: [String] {
    var warnings: [String] = []
    if unusable.videos + unusable.texts > 0 {
      warnings.append(
        "warning: \(unusable.videos) of \(videoCount) videos and \(unusable.texts) of \(textCount) texts have features that "
          + "are not finite; they count as wrong")
    }
    // As the metrics are published, the best a network can do is to give everything one score.
    if Double(tiedCount) > 0.01 * Double(textCount) {
      warnings.append(
        "warning: \(tiedCount) of \(textCount) texts are exactly as similar to another video as to their own, which counts as "
          + "found; with ties averaged: \(averaged.line)")
    }
    return warnings
  }

  /// The second table, with a title; empty if none is wanted.
  var dualText: String {
    dual.isEmpty
      ? "" : (["dual softmax, over all texts at temperature 0.05"] + dual.map(\.line)).joined(separator: "\n")
  }

  var table: Report.Part {
    let names = RetrievalRanks.depths.map { "R@\($0), %" } + ["MdR", "MnR", "geometric mean, %"]
    var rows = [textToVideo.row(""), videoToText.row("")]
    if tiedCount > 0 { rows.append(averaged.row(", ties averaged")) }
    rows += dual.map { $0.row(", dual softmax") }
    return .table(
      DataTable(
        (["\(textCount) texts, \(videoCount) videos. Ranks are counted from 1."] + warnings).joined(separator: " "),
        columns: [.text("direction")] + names.map { .number($0) }, rows: rows))
  }

  var details: [String: JSONValue] {
    var details: [String: JSONValue] = [
      "text_to_video": textToVideo.json, "video_to_text": videoToText.json, "texts": .integer(textCount),
      "videos": .integer(videoCount), "tied_texts": .integer(tiedCount), "text_to_video_ties_averaged": averaged.json,
      "unusable_videos": .integer(unusable.videos), "unusable_texts": .integer(unusable.texts),
    ]
    if dual.count == 2 {
      details["dual_softmax"] = .object([
        "temperature": .number(0.05), "text_to_video": dual[0].json, "video_to_text": dual[1].json,
      ])
    }
    return details
  }
}

/// The ranks of one direction, as they are written.
struct RetrievalDirection {
  private let name: String
  private let shortName: String
  private let ranks: RetrievalRanks
  private let size: String

  init(_ name: String, _ shortName: String, _ ranks: RetrievalRanks, _ size: String) {
    (self.name, self.shortName, self.ranks, self.size) = (name, shortName, ranks, size)
  }

  /// `text to video  R@1 41.5  R@5 70.0  R@10 81.5  MdR 2.0  MnR 6.5  (200 × 200, 9 views)`.
  var line: String {
    let recalls = [1, 5, 10].map { "R@\($0) \(oneDigit(100 * ranks.recall(at: $0)))" }
    let means = ["MdR \(oneDigit(ranks.medianRank))", "MnR \(oneDigit(ranks.meanRank))"]
    return ([name] + recalls + means + ["(\(size))"]).joined(separator: "  ")
  }

  /// The cells of a table.
  func row(_ addition: String) -> [String] {
    [name + addition] + RetrievalRanks.depths.map { oneDigit(100 * ranks.recall(at: $0)) }
      + [oneDigit(ranks.medianRank), oneDigit(ranks.meanRank), oneDigit(100 * ranks.geometricMean)]
  }

  /// Recalls and their mean in per cent, as they are printed, with all digits.
  var json: JSONValue {
    var members = Dictionary(
      uniqueKeysWithValues: RetrievalRanks.depths.map { ("R@\($0)", JSONValue.number(100 * ranks.recall(at: $0))) })
    members["MdR"] = .number(ranks.medianRank)
    members["MnR"] = .number(ranks.meanRank)
    members["geometric_mean"] = .number(100 * ranks.geometricMean)
    return .object(members)
  }

  var metrics: [EvaluationFindings.Metric] {
    typealias Metric = EvaluationFindings.Metric
    let recalls = RetrievalRanks.depths.map {
      Metric("\(shortName)_r\($0)", ranks.recall(at: $0), title: "\(name), R@\($0)")
    }
    return recalls + [
      Metric("\(shortName)_mdr", ranks.medianRank, title: "\(name), median rank", isShare: false),
      Metric("\(shortName)_mnr", ranks.meanRank, title: "\(name), mean rank", isShare: false),
      Metric("\(shortName)_gm", ranks.geometricMean, title: "\(name), geometric mean of R@1, R@5 and R@10"),
    ]
  }

  private func oneDigit(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
