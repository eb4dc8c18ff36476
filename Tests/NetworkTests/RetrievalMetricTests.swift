import Foundation
import SluiceCheckpoints
import SluiceNN
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

/// Ranks of retrieval, beside the reference's and beside loops that sort whole lists.
@Suite struct RetrievalMetricTests {
  @Test func ranksAndSummariesAreTheReferences() throws {
    try Golden.each("simvtp.retrieval") { file, check in
      for (name, settings) in try #require(file.config["cases"].object).sorted(by: { $0.key < $1.key }) {
        let matrix = try matrix(name, of: file, settings)
        let (text, video) = (matrix.textToVideo(), matrix.videoToText())
        try check("output.\(name)_t2v_rank", text.values, shape: [text.values.count])
        try check("output.\(name)_v2t_rank", video.values, shape: [video.values.count])
        let directions = [
          ("t2v", text), ("v2t", video), ("t2v_averaged_ties", matrix.textToVideo(ties: .averaged)),
        ]
        for (direction, ranks) in directions {
          let stored = settings[direction]
          let summary = [
            ("R1", 100 * ranks.recall(at: 1)), ("R5", 100 * ranks.recall(at: 5)), ("R10", 100 * ranks.recall(at: 10)),
            ("R50", 100 * ranks.recall(at: 50)), ("MedR", ranks.medianRank), ("MeanR", ranks.meanRank),
            ("geometric_mean", 100 * ranks.geometricMean),
          ]
          for (metric, own) in summary {
            let wanted = try #require(stored[metric].double, "\(name) \(direction) \(metric)")
            check("output.\(name)_\(direction)_\(metric)", [own], listed: [wanted])
          }
        }
      }
      for (name, settings) in file.config["dual_softmax"].object ?? [:] {
        let source = try #require(settings["matrix"].string)
        let matrix = try matrix(source, of: file, file.config["cases"][source])
        let dual = matrix.dualSoftmax(temperature: try #require(settings["temperature"].double))
        try check("output.\(name)", dual.scores, shape: [matrix.textCount, matrix.videoCount])
      }
    }
  }

  /// The stored similarities, without the rows of captions that are absent.
  private func matrix(_ name: String, of file: GoldenFile, _ settings: JSONValue) throws -> SimilarityMatrix {
    let (scores, shape) = (try file.floats("input.\(name)"), try file.shape("input.\(name)"))
    let perVideo = try #require(settings["queries_per_video"].int)
    let hasMask = settings["has_query_mask"].bool == true
    let mask = hasMask ? try file.ints("input.\(name)_query_mask") : [Int](repeating: 1, count: shape[0])
    let present = (0..<shape[0]).filter { mask[$0] != 0 }
    return SimilarityMatrix(
      scores: present.flatMap { scores[$0 * shape[1]..<($0 + 1) * shape[1]] }, videoCount: shape[1],
      videoOfText: present.map { $0 / perVideo })
  }

  @Test func viewsAreAveragedByVideoBeforeTheyAreNormalized() throws {
    try Golden.each("simvtp.view_average") { file, check in
      let (ids, segments) = (try file.ints("input.video_id"), try file.ints("input.chunk"))
      let (crops, cropCount) = (try file.ints("input.split"), try #require(file.config["crops"].int))
      let views = zip(segments, crops).map { $0 * cropCount + $1 }
      func average(_ key: String) throws -> ViewAverage {
        let rows = Tensor(try file.floats(key), shape: Shape(try file.shape(key)))
        var average = ViewAverage(.score)
        for start in stride(from: 0, to: ids.count, by: 8) {
          let part = start..<min(start + 8, ids.count)
          average.add(rows.slice(part, axis: 0), samples: Array(ids[part]), views: Array(views[part]))
        }
        return average
      }
      let (videos, texts) = (try average("input.video_embeddings"), try average("input.text_embeddings"))
      try check("output.sorted_ids", videos.samples)
      try check("output.video_mean", videos.scores.floats, shape: videos.scores.shape.dimensions)
      try check("output.text_mean", texts.scores.floats, shape: texts.scores.shape.dimensions)
      let matrix = SimilarityMatrix(
        texts: texts.scores, videos: videos.scores, videoOfText: Array(texts.samples.indices))
      try check("output.sim", matrix.scores, shape: [matrix.textCount, matrix.videoCount])
      try check("output.t2v_rank", matrix.textToVideo().values)
    }
  }

  /// Similarities of few different values, so that many are equal; some texts are absent, some videos have none.
  private func random(_ seed: UInt64) -> SimilarityMatrix {
    var draws = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "retrieval")
    let videos = draws.integer(in: 1...9)
    let owners = (0..<videos).flatMap { [Int](repeating: $0, count: draws.integer(in: 0...3)) }
    let texts = owners.isEmpty ? [0] : owners
    let scores = (0..<texts.count * videos).map { _ in Float(draws.integer(in: -3...3)) / 3 }
    return SimilarityMatrix(scores: scores, videoCount: videos, videoOfText: texts)
  }

  @Test(arguments: 0..<200)
  func ranksAreThoseOfSortedLists(seed: Int) {
    let matrix = random(UInt64(seed))
    func score(_ text: Int, _ video: Int) -> Float { matrix.scores[text * matrix.videoCount + video] }
    /// The positions that a score has in a list that is sorted with the best first.
    func places(of own: Float, in all: [Float]) -> [Int] {
      let sorted = all.sorted(by: >)
      return sorted.indices.filter { sorted[$0] == own }
    }
    let rows = (0..<matrix.textCount).map { text in
      places(of: score(text, matrix.videoOfText[text]), in: (0..<matrix.videoCount).map { score(text, $0) })
    }
    func middle(_ places: [Int]) -> Double { Double(places.reduce(0, +)) / Double(places.count) }
    #expect(matrix.textToVideo().values == rows.map { Double($0[0]) })
    #expect(matrix.textToVideo(ties: .averaged).values == rows.map(middle))
    #expect(matrix.tiedTextCount == rows.count { $0.count > 1 })
    let columns = (0..<matrix.videoCount).compactMap { video -> Double? in
      let all = (0..<matrix.textCount).map { score($0, video) }
      let own = (0..<matrix.textCount).filter { matrix.videoOfText[$0] == video }
      return own.map { middle(places(of: all[$0], in: all)) }.min()
    }
    #expect(matrix.videoToText().values == columns)
    for text in 0..<matrix.textCount {
      let best = (0..<matrix.videoCount).map { score(text, $0) }.max()
      #expect(score(text, matrix.bestVideo(of: text)) == best)
    }
  }

  @Test func halvesCountForFiveAndNotForOne() {
    let ranks = RetrievalRanks([0, 0.5, 4.5, 5, 49.5, 50])
    #expect(ranks.recall(at: 1) == 1.0 / 6 && ranks.recall(at: 5) == 3.0 / 6 && ranks.recall(at: 10) == 4.0 / 6)
    #expect(ranks.recall(at: 50) == 5.0 / 6)
    #expect(ranks.medianRank == 5.75 && abs(ranks.meanRank - (109.5 / 6 + 1)) < 1e-12)
    #expect(abs(ranks.geometricMean - pow(1.0 / 6 * 0.5 * 4.0 / 6, 1.0 / 3)) < 1e-12)
    let none = RetrievalRanks([])
    #expect([none.recall(at: 1), none.medianRank, none.meanRank, none.geometricMean] == [0, 0, 0, 0])
  }

  @Test func whatIsNotANumberIsNeverFound() {
    let nan = Float.nan
    let matrix = SimilarityMatrix(scores: [nan, 1, 2, 1, nan, 0, 0, 1, 3], videoCount: 3, videoOfText: [0, 0, 2])
    // Its own score is none; that of another video is none; a plain one.
    #expect(matrix.textToVideo().values == [2, 1, 0])
    #expect(matrix.tiedTextCount == 0)
    #expect(
      SimilarityMatrix(scores: [nan, nan, nan, nan], videoCount: 2, videoOfText: [0, 1]).videoToText().values == [1, 1])
  }

  @Test func cosinesAreThoseOfAPlainLoopWhateverIsComputedIn() {
    var draws = KeyedRandom(seed: 5, epoch: 0, sample: 0, stage: "features")
    let (textCount, videoCount, width) = (7, 5, 13)
    let texts = (0..<textCount * width).map { _ in Float(draws.uniform(-1, 1)) }
    var videos = (0..<videoCount * width).map { _ in Float(draws.uniform(-1, 1)) }
    // One video is nothing, and two are the same.
    for index in 0..<width { (videos[index], videos[4 * width + index]) = (0, videos[2 * width + index]) }
    let matrix = Compute.current.with(.bfloat16).run {
      SimilarityMatrix(
        texts: Tensor(texts, shape: [textCount, width]), videos: Tensor(videos, shape: [videoCount, width]),
        videoOfText: [0, 1, 2, 3, 4, 0, 1])
    }
    for text in 0..<textCount {
      for video in 0..<videoCount {
        var (product, one, other) = (0.0, 0.0, 0.0)
        for index in 0..<width {
          let (a, b) = (Double(texts[text * width + index]), Double(videos[video * width + index]))
          (product, one, other) = (product + a * b, one + a * a, other + b * b)
        }
        let wanted = product / (max(one.squareRoot(), 1e-8) * max(other.squareRoot(), 1e-8))
        #expect(abs(Double(matrix.scores[text * videoCount + video]) - wanted) < 1e-7)
      }
      #expect(matrix.scores[text * videoCount + 2] == matrix.scores[text * videoCount + 4])
    }
  }

  @Test func dualSoftmaxIsThatOfAPlainLoop() {
    let matrix = random(12)
    let dual = matrix.dualSoftmax(temperature: 0.3)
    for text in 0..<matrix.textCount {
      for video in 0..<matrix.videoCount {
        let own = Double(matrix.scores[text * matrix.videoCount + video])
        let total = (0..<matrix.textCount).reduce(0.0) {
          $0 + exp(Double(matrix.scores[$1 * matrix.videoCount + video]) / 0.3)
        }
        let found = Double(dual.scores[text * matrix.videoCount + video])
        #expect(abs(found - own * exp(own / 0.3) / total) < 1e-6)
      }
    }
    #expect(dual.videoOfText == matrix.videoOfText)
  }
}
