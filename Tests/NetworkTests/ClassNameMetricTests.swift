import Foundation
import SluiceNN
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

/// What videos are measured by that are compared with names of classes, beside the reference's and beside plain loops.
@Suite struct ClassNameMetricTests {
  @Test func sharesPrecisionsAndSplitsAreTheReferences() throws {
    try Golden.each("bike.metrics") { file, check in
      if file.has("input.views.cos") { try checkViews(file, check) }
      if file.has("input.anet.prob") { try checkActivityNet(file, check) }
      if file.has("input.charades.scores") { try checkCharades(file, check) }
      if file.has("input.half.labels") { try checkHalves(file, check) }
      for name in file.names(under: "output.perm.") {
        let shape = try file.shape("output.perm.\(name)")
        let count = try #require(Int(name), "output.perm.\(name)")
        let rows = (0..<shape[0]).flatMap { seed -> ArraySlice<Int> in
          var random = MersenneTwister(seed: UInt32(seed))
          return random.permutation(count).prefix(count / 2)
        }
        try check("output.perm.\(name)", rows, shape: shape)
      }
      if file.has("input.k600.top1") {
        let result = MeanAndDeviation(of: try file.doubles("input.k600.top1"))
        try check("output.k600.mean_std", [result.mean, result.deviation])
      }
    }
  }

  /// The rows of a matrix.
  private func rows(_ key: String, of file: GoldenFile) throws -> [ClassShares] {
    let (values, width) = (try file.doubles(key), try #require(try file.shape(key).last))
    return stride(from: 0, to: values.count, by: width).map { ClassShares(Array(values[$0..<$0 + width])) }
  }

  private func checkViews(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let labels = try file.ints("input.views.labels")
    // Of each video all views follow each other.
    let views = try rows("input.views.cos", of: file).map { $0.softmax() }
    let count = views.count / labels.count
    let first = labels.indices.map { views[$0 * count] }
    let means = labels.indices.map { ClassShares(meanOf: Array(views[$0 * count..<($0 + 1) * count])) }
    let shape = [labels.count, views[0].values.count]
    try check("output.views.validate_prob", first.flatMap(\.values), shape: shape)
    try check("output.views.validate_map_prob", first.flatMap { $0.softmax().values }, shape: shape)
    try check("output.views.mean_prob", means.flatMap(\.values), shape: shape)
    let tested = means.map { $0.softmax() }
    try check("output.views.test_prob", tested.flatMap(\.values), shape: shape)
    let accuracy = TopAccuracy(ranks: zip(tested, labels).map { $0.rank(of: $1) })
    try check("output.views.top1", 100 * accuracy.share(within: 1))
    try check("output.views.top5", 100 * accuracy.share(within: 5))
  }

  private func checkActivityNet(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let (shares, labels) = (try rows("input.anet.prob", of: file), try file.ints("input.anet.labels"))
    let classCount = shares[0].values.count
    let accuracy = TopAccuracy(ranks: zip(shares, labels).map { $0.rank(of: $1) })
    try check("output.anet.top1", 100 * accuracy.share(within: 1))
    try check("output.anet.top3", 100 * accuracy.share(within: 3))
    var precision = MeanAveragePrecision(classCount: classCount)
    precision.add(shares.map { $0.softmax() }, labels: labels.map { [$0] })
    try check("output.anet.ap", (0..<classCount).map(precision.precision(ofClass:)), shape: [classCount])
    try check("output.anet.map_percent", 100 * precision.mean)
  }

  private func checkCharades(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let (shares, targets) = (try rows("input.charades.scores", of: file), try file.ints("input.charades.targets"))
    let classCount = shares[0].values.count
    let labels = shares.indices.map { sample in
      (0..<classCount).filter { targets[sample * classCount + $0] != 0 }
    }
    var precision = MeanAveragePrecision(classCount: classCount, keepsRunningMean: true)
    var (start, course) = (0, [Double]())
    for size in try #require(file.config["charades_batches"].ints) {
      precision.add(Array(shares[start..<start + size]), labels: Array(labels[start..<start + size]))
      start += size
      course += [precision.mean, precision.runningMean]
    }
    #expect(start == shares.count)
    try check("output.charades.ap", (0..<classCount).map(precision.precision(ofClass:)), shape: [classCount])
    try check("output.charades.cumulative_and_running", course, shape: [course.count / 2, 2])
    try check("output.charades.map_percent", 100 * precision.mean)
    try check("output.charades.reported_percent", 100 * precision.runningMean)
  }

  private func checkHalves(_ file: GoldenFile, _ check: GoldenChecker) throws {
    let (frames, shape) = (
      try file.floats("input.half.frame_features"), try file.shape("input.half.frame_features")
    )
    let sentences = try file.doubles("input.half.text_features_normalized")
    let classCount = try file.shape("input.half.text_features_normalized")[0]
    var votes = FrameVotes(classCount: classCount)
    let size = shape[1] * shape[2]
    for (sample, label) in try file.ints("input.half.labels").enumerated() {
      votes.add(
        frames: frames[sample * size..<(sample + 1) * size], count: shape[1], sentences: sentences, label: label)
    }
    try check("output.half.full_top1", 100 * votes.accuracy().share(within: 1))
    try check("output.half.full_top5", 100 * votes.accuracy().share(within: 5))
    let count = file.has("output.half.selected") ? try file.shape("output.half.selected")[0] : 10
    let halves = (0..<count).map { votes.half(seed: $0) }
    try check("output.half.selected", halves.flatMap(\.classes), shape: [count, classCount / 2])
    for depth in [1, 5] {
      let shares = halves.map { 100 * $0.accuracy.share(within: depth) }
      try check("output.half.split_top\(depth)", shares, shape: [count])
      let result = MeanAndDeviation(of: shares)
      try check("output.half.top\(depth)_mean_std", [result.mean, result.deviation])
    }
  }

  /// Shares of few different values, so that many are equal.
  private func random(_ seed: Int, samples: Int, classes: Int) -> (rows: [ClassShares], labels: [[Int]]) {
    var draws = KeyedRandom(seed: UInt64(seed), epoch: 0, sample: 0, stage: "shares")
    let rows = (0..<samples).map { _ in
      ClassShares((0..<classes).map { _ in Double(draws.integer(in: 0...4)) / 4 })
    }
    let labels = (0..<samples).map { _ in (0..<classes).filter { _ in draws.integer(in: 0...3) == 0 } }
    return (rows, labels)
  }

  @Test(arguments: 0..<60)
  func ranksAreThoseOfSortedLists(seed: Int) {
    for row in random(seed, samples: 5, classes: 1 + seed % 9).rows {
      let order = row.values.indices.sorted { (-row.values[$0], $0) < (-row.values[$1], $1) }
      #expect(order.map(row.rank(of:)) == Array(order.indices) && row.best == order.first)
    }
  }

  @Test(arguments: 0..<60)
  func precisionsAreThoseOfPlainLoops(seed: Int) {
    let classCount = 1 + seed % 4
    let (rows, labels) = random(seed, samples: 3 + seed % 17, classes: classCount)
    var (precision, running, start) = (MeanAveragePrecision(classCount: classCount, keepsRunningMean: true), 0.0, 0)
    while start < rows.count {
      let end = min(rows.count, start + 1 + seed % 5)
      precision.add(Array(rows[start..<end]), labels: Array(labels[start..<end]))
      let mean = (0..<classCount).reduce(0.0) { $0 + loopPrecision(rows[..<end], labels, $1) } / Double(classCount)
      #expect(abs(precision.mean - mean) < 1e-12)
      running += mean * Double(end - start)
      start = end
      #expect(abs(precision.runningMean - running / Double(end)) < 1e-12)
    }
    for label in 0..<classCount { #expect(precision.count(ofClass: label) == labels.count { $0.contains(label) }) }
  }

  /// The mean, over the samples that show a class, of the share of such samples among all that come no later.
  private func loopPrecision(_ rows: ArraySlice<ClassShares>, _ labels: [[Int]], _ label: Int) -> Double {
    func isNoLater(_ other: Int, _ sample: Int) -> Bool {
      let (one, own) = (rows[other].values[label], rows[sample].values[label])
      return one > own || one == own && other <= sample
    }
    let shown = rows.indices.filter { labels[$0].contains(label) }
    return shown.reduce(0.0) { sum, sample in
      let before = rows.indices.filter { isNoLater($0, sample) }
      return sum + Double(before.count { labels[$0].contains(label) }) / Double(before.count)
    } / Double(max(1, shown.count))
  }

  @Test func samplesThatAreNoNumbersComeLastAndAreFoundAsNothing() {
    let broken = ClassShares([.nan, 1])
    #expect(broken.best == nil && broken.rank(of: 1) == 2 && !broken.isUsable)
    var precision = MeanAveragePrecision(classCount: 2)
    precision.add([broken, ClassShares([0.1, 0.9]), ClassShares([0.9, 0.1])], labels: [[0], [1], [0]])
    // Of class 0 one sample is first and the broken one last of three.
    #expect(abs(precision.precision(ofClass: 0) - (1 + 2.0 / 3) / 2) < 1e-12)
    #expect(precision.precision(ofClass: 1) == 1)
    var counts = ClassificationCounts(classCount: 2)
    counts.add(broken, label: 1)
    counts.add(ClassShares([0.1, 0.9]), label: 1)
    #expect(counts.unusable == [0, 1] && counts.top1 == 0.5 && counts.top5 == 0.5 && counts.confusion == [0, 0, 0, 1])
  }

  @Test func sharesOfDoublePrecisionTellWhatFloatsDoNot() {
    // A softmax of shares of many classes is flatter than single precision can tell.
    let scores = (0..<400).map { 0.2 + Float($0) * 1e-7 }
    let twice = ClassShares(softmaxOf: scores).softmax()
    #expect(twice.best == scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) })
    #expect(abs(twice.values.reduce(0, +) - 1) < 1e-12)
    let huge = ClassShares(softmaxOf: [1000, 999, -1000])
    #expect(huge.isUsable && abs(huge.values[0] - 1 / (1 + exp(-1.0))) < 1e-12)
    let mixed = ClassShares([1, 0]).mixed(with: ClassShares([0, 1]), weight: 0.7)
    #expect(abs(mixed.values[0] - 0.7) < 1e-12 && abs(mixed.values[1] - 0.3) < 1e-12)
  }

  @Test(arguments: [(83, 5), (80, 0), (3, 5), (1, 7), (0, 0)])
  func eightProcessesCountTheFirstSamplesAgain(count: Int, again: Int) {
    let accuracy = TopAccuracy(ranks: (0..<count).map { $0 % 3 })
    let padded = accuracy.padded(for: 8)
    #expect(padded.sampleCount == count + again && padded.sampleCount.isMultiple(of: 8))
    #expect(Array(padded.ranks.prefix(count)) == accuracy.ranks)
    #expect(Array(padded.ranks.dropFirst(count)) == (0..<again).map { $0 % max(count, 1) % 3 })
    #expect(accuracy.padded(for: 1) == accuracy)
  }

  @Test func theGeneratorGivesNumPysNumbers() {
    var random = MersenneTwister(seed: 0)
    #expect((0..<4).map { _ in random.word() } == [2_357_136_044, 2_546_248_239, 3_071_714_933, 3_626_093_760])
    var other = MersenneTwister(seed: 3)
    #expect(other.permutation(10) == [5, 4, 1, 2, 9, 6, 7, 0, 3, 8])
    #expect(other.permutation(1) == [0] && other.permutation(0).isEmpty)
    for count in [2, 3, 17, 1000] { #expect(other.permutation(count).sorted() == Array(0..<count)) }
  }

  @Test(arguments: 0..<20)
  func votesAreThoseOfPlainLoops(seed: Int) {
    var draws = KeyedRandom(seed: UInt64(seed), epoch: 0, sample: 0, stage: "votes")
    let (classCount, frameCount, width) = (2 + seed % 6, 1 + seed % 3, 4)
    let sentences = (0..<classCount * width).map { _ in draws.uniform(-1, 1) / 2 }
    var (votes, samples) = (FrameVotes(classCount: classCount), [(frames: [Float], label: Int)]())
    for _ in 0..<12 {
      let frames = (0..<frameCount * width).map { _ in Float(draws.uniform(-0.1, 0.1)) }
      samples.append((frames, draws.integer(in: 0...classCount - 1)))
      votes.add(frames: frames, count: frameCount, sentences: sentences, label: samples[samples.count - 1].label)
    }
    func found(_ frames: [Float], among candidates: [Int]) -> Int {
      var shares = [Double](repeating: 0, count: candidates.count)
      for frame in 0..<frameCount {
        let powers = candidates.map { candidate in
          exp(
            100
              * (0..<width).reduce(0.0) {
                $0 + Double(frames[frame * width + $1]) * sentences[candidate * width + $1]
              })
        }
        for (index, power) in powers.enumerated() { shares[index] += power / powers.reduce(0, +) }
      }
      return candidates[shares.indices.max { (shares[$0], -$0) < (shares[$1], -$1) } ?? 0]
    }
    let all = samples.count { found($0.frames, among: Array(0..<classCount)) == $0.label }
    #expect(votes.accuracy().share(within: 1) == Double(all) / 12)
    let (classes, accuracy) = votes.half(seed: seed)
    #expect(classes.count == classCount / 2)
    // A class that no sample shows is no candidate.
    let candidates = classes.sorted().filter { label in samples.contains { $0.label == label } }
    let kept = samples.filter { candidates.contains($0.label) }
    let right = kept.count { found($0.frames, among: candidates) == $0.label }
    #expect(accuracy.sampleCount == kept.count)
    #expect(accuracy.share(within: 1) == (kept.isEmpty ? 0 : Double(right) / Double(kept.count)))
  }

  @Test func equalVotesGoToTheFirstClass() {
    var votes = FrameVotes(classCount: 3)
    // Two frames, each wholly for another class.
    let (frames, sentences): ([Float], [Double]) = ([50, 0, 0, 50], [0, 1, 1, 0, -1, 0])
    for label in 0...1 { votes.add(frames: frames, count: 2, sentences: sentences, label: label) }
    #expect(votes.accuracy().ranks == [0, 1])
  }

  @Test func deviationsAreThoseOfTheResultsThemselves() {
    let result = MeanAndDeviation(of: [1, 2, 3, 4])
    #expect(result.mean == 2.5 && abs(result.deviation - 1.25.squareRoot()) < 1e-12)
    #expect(MeanAndDeviation(of: []) == MeanAndDeviation(of: [0]))
  }
}
