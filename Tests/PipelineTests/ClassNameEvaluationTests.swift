import Foundation
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceModels
import SluiceNN
import SluicePipelines
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Evaluation by the names of classes, with a network whose features are known, beside loops over clips.
@Suite struct ClassNameEvaluationTests {
  private static let names = ["left", "right", "up", "down", "in", "out"]

  /// Five videos of the classes `labels`, one file less for each of `missing`.
  private func clips(
    _ labels: [[Int]] = [[1], [0], [5], [3], [3]], missing: Set<Int> = [], in folder: TemporaryFolder
  ) throws -> Clips {
    var items: [DatasetItem] = []
    for (number, labels) in labels.enumerated() {
      let name = "clip \(number).mp4"
      if !missing.contains(number) { try folder.video(name, frames: 12, width: 64, height: 48, seed: number) }
      items.append(DatasetItem(path: folder(name), labels: labels.map { .number($0) }, line: number + 1))
    }
    return try Clips(videos: DatasetList(items: items))
  }

  private func classifier(_ network: KnownVideoTexts = KnownVideoTexts(), batchSize: Int = 4) -> VideoTextClassifier {
    VideoTextClassifier(
      network, BIKEClipRecipe(frameCount: 2, imageSize: 32), KnownVideoTexts.prompts(of: Self.names),
      batchSize: batchSize
    ) { KnownVideoTexts.prompts(of: $0) }
  }

  /// Features of every view's frames, `[views of all clips, T, 6]`, by stages of their own.
  private func features(_ clips: Clips, _ views: EvaluationViews) async throws -> [[Tensor]] {
    let recipe = BIKEClipRecipe(frameCount: 2, imageSize: 32)
    let (sampling, crops) = (
      recipe.sampling(training: false, windows: views.windows), recipe.views(views.crops)
    )
    let pipeline = Pipeline("views") {
      clips
      sampling
      Decode()
      crops
    }
    var features: [[Tensor]] = []
    for try await crops in pipeline.run(RunOptions(maxFailures: 0.9)) {
      features.append(
        try crops.flatMap { crop in
          try (0..<views.windows).map { window in
            let view = crop.values.slice(window * 2..<(window + 1) * 2, axis: 1)
            return KnownVideoTexts().frameFeatures(of: try Tensor.stacked([view]))
          }
        })
    }
    return features
  }

  /// The mean over the views of the softmax of their scores, by a loop.
  private func shares(_ views: [Tensor], _ names: [String]) -> [Double] {
    let network = KnownVideoTexts()
    let texts = network.texts(of: KnownVideoTexts.prompts(of: names))
    var mean = [Double](repeating: 0, count: names.count)
    for view in views {
      let powers = network.scores(of: view, texts).floats.map { exp(Double($0)) }
      for (index, power) in powers.enumerated() { mean[index] += power / powers.reduce(0, +) / Double(views.count) }
    }
    return mean
  }

  private func rank(_ shares: [Double], _ label: Int) -> Int {
    shares.indices.sorted { (-shares[$0], $0) < (-shares[$1], $1) }.firstIndex(of: label) ?? -1
  }

  @Test(arguments: [(1, .center, []), (2, .center, []), (2, .three, [1])] as [(Int, EvaluationViews.Crops, Set<Int>)])
  func sharesAreAveragedAndRankedAsByLoops(
    windows: Int, crops: EvaluationViews.Crops, missing: Set<Int>
  ) async throws {
    let folder = TemporaryFolder()
    let clips = try clips(missing: missing, in: folder)
    let views = EvaluationViews(windows: windows, crops: crops, average: .probability)
    var evaluation = try classifier().evaluation(on: clips, names: Self.names, .general, views: views)
    try evaluation.keepScores(for: "scores.safetensors")
    let outcome = try #require(try await evaluation.run(RunOptions(maxFailures: 0.5)))
    let findings = outcome.findings
    #expect(outcome.failures.samples.count == missing.count && evaluation.primary == .highest("top1"))

    let wanted = try await features(clips, views).map { shares($0, Self.names) }
    let labels = [1, 0, 5, 3, 3].indices.filter { !missing.contains($0) }.map { [1, 0, 5, 3, 3][$0] }
    let scores = try #require(findings.scores)
    #expect(scores.labels == labels && scores.classes == Self.names && scores.unit == .probability)
    #expect(scores.values.count == wanted.count * Self.names.count)
    for (own, loop) in zip(scores.values, wanted.flatMap(\.self)) { #expect(abs(Double(own) - loop) < 1e-6) }
    let ranks = zip(wanted, labels).map { rank($0, $1) }
    func share(_ ranks: [Int], _ depth: Int) -> Double { Double(ranks.count { $0 < depth }) / Double(ranks.count) }
    // Eight processes count the first clips again.
    let padded = ranks + (0..<8 - ranks.count).map { ranks[$0 % ranks.count] }
    for depth in [1, 5] {
      #expect(findings["top\(depth)"] == share(ranks, depth))
      #expect(findings["reference_top\(depth)"] == share(padded, depth))
    }
    #expect(findings.sampleCount == ranks.count && findings.details["protocol"]?.string == "general")
    #expect(findings.lines.count == 2)
    #expect(findings.lines[0].hasSuffix("(reference: 8 clips, as 8 processes count)"))
    let text = views.count == 1 ? "one view" : "\(views.count) views"
    #expect(findings.lines[1].hasSuffix("(each of \(ranks.count) clips once, \(text) each)"))
  }

  @Test func otherNamesAreOtherClassesAndPromptsGoThroughOnceInEachRun() async throws {
    let folder = TemporaryFolder()
    let (clips, network) = (try clips([[0], [1], [1]], in: folder), KnownVideoTexts())
    let evaluation = try classifier(network, batchSize: 1).evaluation(
      on: clips, names: ["cat", "dog"], .general)
    let first = try #require(try await evaluation.run()).findings
    #expect(network.textCount.withLock { $0 } == 1)
    // Between two runs the network may have learned.
    let second = try #require(try await evaluation.run()).findings
    #expect(network.textCount.withLock { $0 } == 2 && first.metrics == second.metrics)
    let wanted = try await features(clips, EvaluationViews()).map { shares($0, ["cat", "dog"]) }
    let right = zip(wanted, [0, 1, 1]).count { rank($0, $1) == 0 }
    #expect(first["top1"] == Double(right) / 3)
  }

  @Test func zeroShotHasFiguresOfTheHeadOfAllClassesAndOfHalves() async throws {
    let folder = TemporaryFolder()
    let clips = try clips(in: folder)
    let findings = try #require(
      try await classifier(batchSize: 2).evaluation(on: clips, names: Self.names, .zeroShot).run()
    ).findings
    let texts = KnownVideoTexts().texts(of: KnownVideoTexts.prompts(of: Self.names))
    var votes = FrameVotes(classCount: Self.names.count)
    for (views, label) in zip(try await features(clips, EvaluationViews()), [1, 0, 5, 3, 3]) {
      votes.add(frames: views[0].floats, count: 2, sentences: texts.sentences.rowsOfLengthOne, label: label)
    }
    #expect(findings["full_top1"] == votes.accuracy().share(within: 1))
    let halves = (0..<10).map { votes.half(seed: $0).accuracy }.filter { $0.sampleCount > 0 }
    let wanted = MeanAndDeviation(of: halves.map { $0.share(within: 1) })
    #expect(findings["half_top1"] == wanted.mean && findings["half_top1_deviation"] == wanted.deviation)
    #expect(findings.details["half_splits"]?.array?.count == halves.count)
    #expect(findings.lines.count == 4 && findings.lines[0].hasPrefix("head: top-1 "))
    #expect(findings.lines[2].wholeMatch(of: /full-classes: top-1 [0-9.]+ top-5 [0-9.]+/) != nil)
    let form = /half-classes ([0-9]+) splits: top-1 [0-9.]+ ± [0-9.]+, top-5 [0-9.]+ ± [0-9.]+/
    #expect(try #require(findings.lines[3].wholeMatch(of: form)).1 == "\(halves.count)")
  }

  /// A batch of scores of so many classes, one view each.
  private func add(_ rows: [[Float]], _ labels: [[Int]], to evaluator: inout VideoTextEvaluator) throws {
    let scores = Tensor(rows.flatMap(\.self), shape: [rows.count, rows[0].count])
    let names = rows.indices.map { "clip \($0)" }
    let batch = NamedViewBatch(views: .zeros([rows.count, 3, 1, 1, 1]), viewCount: 1, labels: labels, names: names)
    try evaluator.add(VideoTextScores(scores: scores), for: batch)
  }

  private func random(_ samples: Int, _ classes: Int) -> [[Float]] {
    var draws = KeyedRandom(seed: 4, epoch: 0, sample: 0, stage: "scores")
    return (0..<samples).map { _ in (0..<classes).map { _ in Float(draws.uniform(-1, 1)) } }
  }

  private func softmax(_ row: [Double]) -> [Double] {
    let powers = row.map { exp($0) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  /// Average precision by a loop, in the order of the list where scores are equal.
  private func precision(_ rows: [[Double]], _ labels: [[Int]], _ label: Int) -> Double {
    let order = rows.indices.sorted { (-rows[$0][label], $0) < (-rows[$1][label], $1) }
    let shown = order.indices.filter { labels[order[$0]].contains(label) }
    let sum = shown.enumerated().reduce(0.0) { $0 + Double($1.offset + 1) / Double($1.element + 1) }
    return sum / Double(max(1, shown.count))
  }

  @Test func activityNetIsOfThreeSoftmaxesAndCharadesOfTwo() throws {
    let (rows, names) = (random(11, 4), ["a", "b", "c", "d"])
    let single = rows.indices.map { [$0 % 3] }
    let twice = rows.map { softmax(softmax($0.map { Double($0) })) }
    func mean(_ rows: [[Double]], _ labels: [[Int]]) -> Double {
      (0..<4).reduce(0.0) { $0 + precision(rows, labels, $1) } / 4
    }

    var activityNet = VideoTextEvaluator(.activitynet, names: names, viewCount: 1, batchSize: 4)
    for start in stride(from: 0, to: 11, by: 4) {
      let part = start..<min(start + 4, 11)
      try add(Array(rows[part]), Array(single[part]), to: &activityNet)
    }
    let thrice = twice.map(softmax)
    let findings = activityNet.findings()
    #expect(abs((findings["map"] ?? -1) - mean(thrice, single)) < 1e-6)
    let padded = (thrice + thrice.prefix(5), single + single.prefix(5))
    #expect(abs((findings["reference_map"] ?? -1) - mean(padded.0, padded.1)) < 1e-6)
    let ranks = zip(twice, single).map { rank($0, $1[0]) }
    #expect(findings["top3"] == Double(ranks.count { $0 < 3 }) / 11 && activityNet.primary == .highest("map"))
    #expect(
      findings.lines[0].contains("mAP") && findings.lines[0].hasSuffix("(reference: 16 clips, as 8 processes count)"))

    let many = rows.indices.map { number in (0..<4).filter { (number + $0) % 4 < number % 3 } }
    var charades = VideoTextEvaluator(.charades, names: names, viewCount: 1, batchSize: 4)
    let hasScores = charades.keepScores()
    #expect(hasScores)
    var (running, seen) = (0.0, 0)
    for start in stride(from: 0, to: 11, by: 4) {
      let part = start..<min(start + 4, 11)
      try add(Array(rows[part]), Array(many[part]), to: &charades)
      seen = part.upperBound
      running += mean(Array(twice[..<seen]), Array(many[..<seen])) * Double(part.count)
    }
    let both = charades.findings()
    #expect(abs((both["map"] ?? -1) - mean(twice, many)) < 1e-6)
    #expect(abs((both["map_running"] ?? -1) - running / 11) < 1e-6)
    #expect(both.lines[0].hasPrefix("map_running ") && both.lines[1].hasPrefix("map "))
    let scores = try #require(both.scores)
    #expect(scores.labels.count == 44 && scores.labels.reduce(0, +) == many.map(\.count).reduce(0, +))
    for (own, loop) in zip(scores.values, twice.flatMap(\.self)) { #expect(abs(Double(own) - loop) < 1e-6) }
  }

  @Test func severalListsHaveAMeanAndADeviation() async throws {
    let folder = TemporaryFolder()
    let lists = [["left", "right"], ["up", "down"]]
    let clips = try clips([[0], [1], [1]], in: folder)
    let parts = try lists.map { try classifier().evaluation(on: clips, names: $0, .k600) }
    let joined = Evaluation(joining: parts) { findings in ListResults(zip(["1.txt", "2.txt"], findings)).findings }
    var observed: [Int] = []
    let findings = try #require(try await joined.run { observed.append($0) }).findings
    var single: [Double] = []
    for part in parts { single.append(try #require(try await part.run()?.findings["top1"])) }
    let wanted = MeanAndDeviation(of: single)
    #expect(findings["top1"] == wanted.mean && findings["top1_deviation"] == wanted.deviation)
    #expect(findings.sampleCount == 6 && joined.sampleCount == 6 && observed.last == 6 && observed == observed.sorted())
    #expect(findings.lines.count == 6 && findings.lines[0].hasPrefix("1.txt: top-1 "))
    #expect(findings.lines[4].hasPrefix("k600 2 lists: top-1 ") && findings.lines[4].hasSuffix("(reference)"))
    #expect(findings.details["lists"]?.array?.count == 2)
    var other = joined
    #expect(
      sentence { try other.keepScores(for: "scores.safetensors") }
        == "--scores scores.safetensors: this evaluation gives no scores of classes. Leave the option out.")
  }

  @Test func failuresOfAllListsAreNamed() async throws {
    let (one, two) = (TemporaryFolder(), TemporaryFolder())
    let parts = try [clips(missing: [1], in: one), clips(missing: [2, 4], in: two)].map {
      try classifier().evaluation(on: $0, names: Self.names, .k600)
    }
    let joined = Evaluation(joining: parts) { ListResults(zip(["1.txt", "2.txt"], $0)).findings }
    var failures = FailureLog()
    let outcome = try #require(
      try await joined.run(RunOptions(maxFailures: 0.5), stop: nil, failures: &failures))
    #expect(outcome.failures.samples.count == 3 && failures.samples.count == 3)
    #expect(outcome.findings.sampleCount == 7)
  }

  @Test func scoresThatAreNoNumbersAreNeverRight() async throws {
    let folder = TemporaryFolder()
    let network = KnownVideoTexts(score: .nan)
    let findings = try #require(
      try await classifier(network).evaluation(on: try clips(in: folder), names: Self.names, .general).run()
    ).findings
    #expect(findings["top1"] == 0 && findings["top5"] == 0)
    #expect(
      findings.lines.last == "warning: 5 of 5 clips have scores that are not finite; they count as wrong")
  }

  @Test func equalScoresGoToTheFirstClass() async throws {
    let folder = TemporaryFolder()
    let network = KnownVideoTexts(score: 0.25)
    let findings = try #require(
      try await classifier(network).evaluation(on: try clips(in: folder), names: Self.names, .general).run()
    ).findings
    // One of five is of class 0, and one of class 5, the last of six.
    #expect(findings["top1"] == 0.2 && findings["top5"] == 0.8)
  }

  @Test func whatCannotBeMeasuredIsRefused() throws {
    let clips = try clips(in: TemporaryFolder())
    func refused(_ way: EvaluationProtocol, _ views: EvaluationViews, _ names: [String] = Self.names) -> String {
      sentence { _ = try classifier().evaluation(on: clips, names: names, way, views: views) }
    }
    #expect(
      refused(.zeroShot, EvaluationViews(windows: 4, crops: .three, average: .probability))
        == "--protocol zero-shot: 12 views of each video (4 × three), and halves of the classes are compared by one. Leave "
        + "--windows, --crops and --views out.")
    #expect(
      refused(.general, EvaluationViews())
        == "--average score: networks that compare videos with names are measured by the mean of probabilities. Leave the "
        + "option out.")
    #expect(
      refused(.zeroShot, EvaluationViews(average: .probability), ["one"])
        == "--protocol zero-shot: there is 1 class, and halves of the classes are compared. Name more.")
    var evaluator = VideoTextEvaluator(.general, names: ["a", "b"], viewCount: 1, batchSize: 4)
    #expect(
      sentence { try add([[0, 1, 2]], [[0]], to: &evaluator) }
        == "scores are [1, 3], for 1 videos of 1 views and 2 classes.")
    #expect(
      sentence { try add([[0, 1]], [[0, 1]], to: &evaluator) }
        == "clip 0: its classes are [0, 1], wanted is one of 0 ..< 2.")
    var frames = VideoTextEvaluator(.zeroShot, names: ["a", "b"], viewCount: 1, batchSize: 4)
    #expect(
      sentence { try add([[0, 1]], [[0]], to: &frames) }
        == "clip 0: there are no features of its frames, by which zero-shot results are measured.")
  }
}
