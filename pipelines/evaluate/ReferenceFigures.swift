internal import SluiceNN
internal import SluiceTraining

/// How often the right class was among the first: as it was published, and with each video counted once.
///
/// The published tests are of eight processes that share a list evenly: the first videos are counted again until they can.
struct ReferenceCounts {
  /// Processes of the published tests.
  static let processes = 8

  private let once: TopAccuracy
  private let viewCount: Int

  init(_ accuracy: TopAccuracy, viewCount: Int) {
    (once, self.viewCount) = (accuracy, viewCount)
  }

  private var published: TopAccuracy { once.padded(for: Self.processes) }

  /// The published figure and the corrected one, each with its name.
  func lines(within depths: [Int], with precision: ReferencePrecision? = nil) -> [String] {
    func line(_ accuracy: TopAccuracy, _ precision: Double?, _ name: String) -> String {
      ([accuracy.text(depths)] + [precision.map { "mAP \($0.hundredths)" }].compactMap(\.self) + ["(\(name))"])
        .joined(separator: " ")
    }
    let views = viewCount == 1 ? "one view" : "\(viewCount) views"
    return [
      line(
        published, precision?.published,
        "reference: \(published.sampleCount) clips, as \(Self.processes) processes count"),
      line(once, precision?.once, "each of \(once.sampleCount) clips once, \(views) each"),
    ]
  }

  /// Each video counted once first: what networks are compared by.
  func metrics(within depths: [Int]) -> [EvaluationFindings.Metric] {
    depths.map { EvaluationFindings.Metric("top\($0)", once.share(within: $0), title: "top-\($0)") }
      + depths.map {
        EvaluationFindings.Metric(
          "reference_top\($0)", published.share(within: $0), title: "top-\($0), as \(Self.processes) processes count")
      }
  }
}

/// The mean average precision as it was published, and with each video counted once.
struct ReferencePrecision {
  let published: Double
  let once: Double

  /// - Parameter first: the first videos, of which those that are counted again are.
  init(_ precision: MeanAveragePrecision, _ first: [(shares: ClassShares, labels: [Int])]) {
    once = precision.mean
    let again = TopAccuracy.repeated(of: precision.sampleCount, for: ReferenceCounts.processes).map { first[$0] }
    var padded = precision
    padded.add(again.map(\.shares), labels: again.map(\.labels))
    published = padded.mean
  }

  var metrics: [EvaluationFindings.Metric] {
    [
      EvaluationFindings.Metric("map", once, title: "mAP"),
      EvaluationFindings.Metric(
        "reference_map", published, title: "mAP, as \(ReferenceCounts.processes) processes count"),
    ]
  }
}
