import Foundation
import SluiceAugment
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceNN
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Retrieval with towers whose features are known, beside loops over clips and captions.
@Suite struct RetrievalTests {
  private static let captions = [
    ["a red disc", "it moves left"], ["blue"], ["", "a square that turns and turns", "green"], ["up and away"],
  ]

  /// Four videos with seven captions less those of `missing`, whose files are not there.
  private func clips(missing: Set<Int> = [], in folder: TemporaryFolder) throws -> Clips {
    var items: [DatasetItem] = []
    for (number, captions) in Self.captions.enumerated() {
      let name = "video\(20 - number).mp4"
      if !missing.contains(number) { try folder.video(name, frames: 12, width: 64, height: 48, seed: number) }
      items.append(DatasetItem(path: folder(name), captions: captions, line: number + 1))
    }
    return try Clips(videos: DatasetList(items: items))
  }

  private func retrieval(_ kind: KnownTowers.Kind = .plain, batchSize: Int = 2) -> Retrieval {
    var recipe = ClipRecipe()
    recipe.statistics = .imagenet
    return Retrieval(
      KnownTowers(kind: kind), FrameRecipe(stride: 2), recipe, frameCount: 2, imageSize: 32, KnownTowers.encoding,
      batchSize: batchSize)
  }

  /// The mean feature of each video, of windows in the middle of the frame.
  private func videos(_ clips: Clips, windows: Int, missing: Set<Int>) async throws -> [[Double]] {
    var augment = Augment(normalization: .imagenet, keepsPixels: false)
    augment.operations = ClipRecipe().centered(size: 32)
    let crop = augment
    let pipeline = Pipeline("views") {
      clips
      DenseFrames(count: 2, stride: 2, window: .center, windows: windows)
      Decode()
      crop
    }
    var features: [[Double]] = []
    for try await clip in pipeline.run(RunOptions(maxFailures: 0.9)) {
      let views = (0..<windows).map { clip.values.slice($0 * 2..<($0 + 1) * 2, axis: 1) }
      let rows = KnownTowers().videoFeatures(of: try Tensor.stacked(views)).floats
      features.append(
        (0..<6).map { column in
          Double(Float((0..<windows).reduce(0.0) { $0 + Double(rows[$1 * 6 + column]) } / Double(windows)))
        })
    }
    #expect(features.count == Self.captions.count - missing.count)
    return features
  }

  /// Ranks by loops: text to video and video to text.
  private func ranks(
    _ videos: [[Double]], _ texts: [(video: Int, feature: [Float])]
  ) -> (forward: RetrievalRanks, backward: RetrievalRanks) {
    func cosine(_ text: [Float], _ video: [Double]) -> Float {
      var (product, one, other) = (0.0, 0.0, 0.0)
      for (a, b) in zip(text.map(Double.init), video) {
        (product, one, other) = (product + a * b, one + a * a, other + b * b)
      }
      return Float(product / (one.squareRoot() * other.squareRoot()))
    }
    let scores = texts.map { text in videos.map { cosine(text.feature, $0) } }
    let forward = zip(scores, texts).map { row, text in Double(row.count { $0 > row[text.video] }) }
    let backward = videos.indices.map { video -> Double in
      let own = texts.indices.filter { texts[$0].video == video }
      return own.map { text in Double(scores.count { $0[video] > scores[text][video] }) }.min() ?? 0
    }
    return (RetrievalRanks(forward), RetrievalRanks(backward))
  }

  @Test(arguments: [(1, []), (2, []), (2, [1])] as [(Int, Set<Int>)])
  func captionsAndVideosAreRankedAsByLoops(windows: Int, missing: Set<Int>) async throws {
    let folder = TemporaryFolder()
    let clips = try clips(missing: missing, in: folder)
    let views = EvaluationViews(windows: windows)
    let own = retrieval()
    let evaluation = try own.evaluation(on: clips, views: views)
    let outcome = try #require(try await evaluation.run(RunOptions(maxFailures: 0.5)))
    let findings = outcome.findings
    #expect(outcome.failures.samples.count == missing.count)

    // Captions are padded to the longest of two videos that follow each other in the list, missing ones among them.
    let features = try await videos(clips, windows: windows, missing: missing)
    var texts: [(video: Int, feature: [Float])] = []
    var column = 0
    for (number, captions) in Self.captions.enumerated() where !missing.contains(number) {
      let pair = Self.captions[number / 2 * 2...number / 2 * 2 + 1].joined()
      let width = pair.map { $0.utf8.count + 2 }.max() ?? 0
      for caption in captions {
        let padded = PaddedTexts(padding: [KnownTowers.encoding.ids(caption)], with: 0, to: width)
        texts.append((column, KnownTowers().textFeatures(of: padded).floats))
      }
      column += 1
    }
    let (forward, backward) = ranks(features, texts)
    for (name, ranks) in [("t2v", forward), ("v2t", backward)] {
      let wanted = [
        ("r1", ranks.recall(at: 1)), ("r5", ranks.recall(at: 5)), ("r10", ranks.recall(at: 10)),
        ("r50", ranks.recall(at: 50)), ("mdr", ranks.medianRank), ("mnr", ranks.meanRank),
        ("gm", ranks.geometricMean),
      ]
      for (metric, value) in wanted { #expect(findings["\(name)_\(metric)"] == value, "\(name) \(metric)") }
    }
    #expect(findings.sampleCount == features.count && evaluation.primary == .highest("t2v_r1"))
    #expect(findings.details["text_to_video"]?["R@1"].double == 100 * forward.recall(at: 1))
    #expect(findings.details["video_to_text"]?["MnR"].double == backward.meanRank)
    let viewText = windows == 1 ? "1 view" : "\(windows) views"
    func line(_ name: String, _ ranks: RetrievalRanks, _ size: String) -> String {
      func digit(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
      return "\(name)  R@1 \(digit(100 * ranks.recall(at: 1)))  R@5 \(digit(100 * ranks.recall(at: 5)))"
        + "  R@10 \(digit(100 * ranks.recall(at: 10)))  MdR \(digit(ranks.medianRank))  MnR \(digit(ranks.meanRank))"
        + "  (\(size), \(viewText))"
    }
    #expect(
      findings.lines == [
        line("text to video", forward, "\(texts.count) × \(features.count)"),
        line("video to text", backward, "\(features.count) × \(texts.count)"),
      ])
  }

  @Test func oneScoreForEverythingIsPerfectAndWarnedOf() async throws {
    let folder = TemporaryFolder()
    let clips = try clips(in: folder)
    let outcome = try #require(try await retrieval(.constant).evaluation(on: clips).run(RunOptions(maxFailures: 1)))
    let findings = outcome.findings
    #expect(findings["t2v_r1"] == 1 && findings.details["tied_texts"]?.int == 7)
    #expect(findings.lines.count == 3)
    #expect(
      findings.lines[2]
        == "warning: 7 of 7 texts are exactly as similar to another video as to their own, which counts as "
        + "found; with ties averaged: text to video  R@1 0.0  R@5 100.0  R@10 100.0  MdR 2.5  MnR 2.5  (7 × 4, 1 view)")
    #expect(findings.details["text_to_video_ties_averaged"]?["R@1"].double == 0)
  }

  @Test func featuresThatAreNoNumbersFindNothing() async throws {
    let folder = TemporaryFolder()
    let clips = try clips(in: folder)
    let findings = try #require(try await retrieval(.broken).evaluation(on: clips).run()).findings
    #expect(findings["t2v_r1"] == 0 && findings["v2t_r1"] == 0)
    #expect(
      findings.lines.last
        == "warning: 4 of 4 videos and 0 of 7 texts have features that are not finite; they count as wrong")
  }

  @Test func theDualSoftmaxIsASecondTableAndNeverTheFirst() async throws {
    let folder = TemporaryFolder()
    let clips = try clips(in: folder)
    let plain = try #require(try await retrieval().evaluation(on: clips).run()).findings
    let both = try #require(try await retrieval().evaluation(on: clips, options: [.dualSoftmax]).run()).findings
    #expect(both.lines == plain.lines && both.metrics == plain.metrics && plain.text.isEmpty)
    let rows = both.text.split(separator: "\n")
    #expect(rows.count == 3 && rows[0] == "dual softmax, over all texts at temperature 0.05")
    #expect(rows[1].hasPrefix("text to video  R@1 ") && rows[2].hasSuffix("(4 × 7, 1 view)"))
    #expect(both.details["dual_softmax"]?["text_to_video"]["R@50"].double == 100)
    #expect(plain.details["dual_softmax"] == nil)
  }

  @Test func captionsArePaddedToTheLongestOfABatchOrNotAtAll() throws {
    let clips = try clips(in: TemporaryFolder())
    let padded = try RetrievalTexts(of: clips, KnownTowers.encoding, batchSize: 2, isAlone: false)
    let longest = ["it moves left", "a square that turns and turns"].map { $0.utf8.count + 2 }
    let batches = padded.padded(of: [0, 1, 2])
    #expect(batches.map(\.width) == longest && batches.map(\.count) == [3, 3])
    #expect(batches[1].lengths == ["", "a square that turns and turns", "green"].map { $0.utf8.count + 2 })
    // A batch of views that has one video has captions as wide as before.
    #expect(padded.padded(of: [1]).map(\.width) == [longest[0]])
    let alone = try RetrievalTexts(of: clips, KnownTowers.encoding, batchSize: 2, isAlone: true)
    let single = alone.padded(of: [2, 3])
    #expect(single.map(\.count) == [1, 1, 1, 1] && single.allSatisfy { $0.lengths == [$0.width] })
    let fixed = TextEncoding(padding: 0, to: 40) { KnownTowers.encoding.ids($0) }
    #expect(
      try RetrievalTexts(of: clips, fixed, batchSize: 2, isAlone: false).padded(of: [0, 3]).map(\.width) == [40])
  }

  @Test func publishedViewsAreFifteenByThreeAndValidationHasThreeByThree() {
    let own = retrieval()
    #expect(own.publishedViews == EvaluationViews(windows: 15, crops: .three, geometry: .published))
    #expect(own.validationViews == EvaluationViews(windows: 3, crops: .three, geometry: .published))
    #expect(own.test.window == .spread && own.test.spacing == .strided && own.test.crops == .alongLongSide)
  }

  private func texts(
    _ names: [String], captions: [String] = ["a"], labels: [DatasetLabel] = []
  ) throws
    -> RetrievalTexts
  {
    let items = names.enumerated().map {
      DatasetItem(path: $1, labels: labels, captions: captions, line: $0 + 1)
    }
    return try RetrievalTexts(
      of: Clips(videos: DatasetList(items: items)), KnownTowers.encoding, batchSize: 4, isAlone: false)
  }

  @Test func videosAreSortedByTheirNumbersOrElseByTheirPaths() throws {
    #expect(try texts(["v/video7010.mp4", "v/video9.mp4", "v/00012.avi"]).positions == [2, 0, 1])
    #expect(try texts(["b/video10.mp4", "b/video9.mp4", "a/video.mp4"]).positions == [1, 2, 0])
    // Two numbers in a name say nothing.
    #expect(try texts(["take2_cam1.mp4", "take1_cam1.mp4"]).positions == [1, 0])
    #expect(try texts(["video99999999999999999999.mp4", "video1.mp4"]).positions == [1, 0])
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    #expect(
      sentence { _ = try texts(["a/video7.mp4", "b/video1.mp4", "b/video7.avi"]) }
        == "list:3: a/video7.mp4 and b/video7.avi are both video 7. Retrieval knows videos by the number in the file's "
        + "name: rename one, or take it out")
    for name in ["a/video7.mp4", "a/video.mp4"] {
      #expect(
        sentence { _ = try texts([name, name]) }
          == "list:2: \(name) is there twice. Retrieval compares every video once: give it all its captions in one "
          + "entry, or take one out")
    }
    for labels in [[], [.number(3)]] as [[DatasetLabel]] {
      let found = sentence { _ = try texts(["a.mp4"], captions: [], labels: labels) }
      #expect(found.hasPrefix("list:1: ") && found.contains("caption"), "\(found)")
    }
    let clips = try clips(in: TemporaryFolder())
    #expect(
      sentence { _ = try retrieval().evaluation(on: clips, views: EvaluationViews(average: .probability)) }
        == "--average prob: retrieval averages features, which are no probabilities. Leave the option out.")
    var whole = FrameRecipe(stride: 2)
    (whole.choice, whole.bounds) = (.segments, .shared)
    let spread = Retrieval(
      KnownTowers(), whole, ClipRecipe(), frameCount: 2, imageSize: 32, KnownTowers.encoding, batchSize: 2)
    #expect(spread.publishedViews.windows == 1 && spread.validationViews.windows == 1)
    #expect(
      sentence { _ = try spread.evaluation(on: clips, views: EvaluationViews(windows: 2)) }.hasSuffix(
        "so that all windows have the same ones. Take one window."))
  }

  @Test func featuresOfAnotherCountAreRefused() throws {
    var evaluator = RetrievalEvaluator(try texts(["a.mp4", "b.mp4"]), viewCount: 2)
    let batch = RetrievalBatch(samples: [0, 1], views: .zeros([4, 3, 1, 1, 1]), viewCount: 2, texts: [])
    let features = RetrievalFeatures(views: .zeros([4, 6]), texts: .zeros([1, 6]))
    #expect(
      sentence { try evaluator.add(features, for: batch) }
        == "features of views are [4, 6] and of captions [1, 6], for 2 videos of 2 views with 2 captions.")
  }

  @Test func aClassifierHasNoUseForOptionsOfRetrieval() async throws {
    let runs = SmallRuns()
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    for option in EvaluationOption.allCases {
      var request = RunRequest()
      (request.root, request.evaluationOptions) = (runs.folder.path, [option])
      let trained = try TrainedSystem(from: runs.folder("run"), TimeSformerTraining.self, request)
      #expect(
        sentence { _ = try trained.evaluation(on: [runs.folder("train.txt")]) }
          == "\(option.rawValue) has no effect here: timesformer \(option.lack). Leave it out.")
    }
  }
}
