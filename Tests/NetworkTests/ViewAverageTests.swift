import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct ViewAverageTests {
  @Test func distinctViewsAreAveragedAfterTheSoftmax() throws {
    try Golden.each("videomae.multiview_merge") { file, check in
      let shape = try file.shape("input.logits")
      let logits = Tensor(try file.floats("input.logits"), shape: Shape(shape))
      let (samples, segments) = (try file.ints("input.video_index"), try file.ints("input.chunk"))
      let crops = try file.ints("input.split")
      let cropCount = try #require(file.config["crops"].int)
      let views = zip(segments, crops).map { $0 * cropCount + $1 }
      var average = ViewAverage(.probability)
      // In batches of uneven size.
      for start in stride(from: 0, to: samples.count, by: 9) {
        let rows = start..<min(start + 9, samples.count)
        average.add(logits.slice(rows, axis: 0), samples: Array(samples[rows]), views: Array(views[rows]))
      }
      #expect(average.samples == Array(0..<(try #require(file.config["videos"].int))))
      let segmentCount = try #require(file.config["segments"].int)
      #expect(average.samples.allSatisfy { average.viewCount(of: $0) == segmentCount * cropCount })
      try check("output.score", average.scores.floats, shape: average.scores.shape.dimensions)
      var counts = ClassificationCounts(classCount: shape[1])
      let labels = try file.ints("input.labels")
      counts.add(logits: average.scores, labels: average.samples.map { labels[$0] })
      try check("output.top1", 100 * counts.top1)
      try check("output.top5", 100 * counts.top5)
    }
  }

  @Test func scoresAreAveragedAsTheyAre() {
    var average = ViewAverage(.score)
    average.add(Tensor([1, 2, 5, 8, -3, 0], shape: [3, 2]), samples: [4, 1, 4], views: [0, 0, 1])
    // Seen before: nothing changes.
    average.add(Tensor([100, 100], shape: [1, 2]), samples: [4], views: [1])
    #expect(average.samples == [1, 4])
    #expect(average.scores.floats == [5, 8, -1, 1])
    #expect(average.scores.shape == [2, 2])
    #expect(average.viewCount(of: 4) == 2 && average.viewCount(of: 9) == 0)
  }

  @Test func probabilitiesOfHugeScoresSumToOne() {
    var average = ViewAverage(.probability)
    average.add(Tensor([1000, 999, -1000, 3e38, -3e38, 0], shape: [2, 3]), samples: [0, 0], views: [0, 1])
    let scores = average.scores.floats
    #expect(abs(scores.reduce(0, +) - 1) < 1e-6 && scores.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func nothingAddedIsNoSample() {
    let average = ViewAverage(.probability)
    #expect(average.samples.isEmpty && average.scores.count == 0)
  }
}
