import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// What must hold of SimVTP's passes whatever its weights are.
@Suite struct SimVTPTests {
  private func network(seed: UInt64 = 5) throws -> SimVTP {
    let network = try SimVTP(.tiny)
    network.parameters.initialize(seed: seed)
    return network
  }

  /// Reproducible numbers in -1 ..< 1.
  private func numbers(_ shape: Shape, _ name: String) -> Tensor {
    var random = KeyedRandom(seed: 3, epoch: 0, sample: 0, stage: name)
    return Tensor((0..<shape.count).map { _ in Float(random.uniform(-1, 1)) }, shape: shape)
  }

  /// Pairs with texts of `lengths` tokens, in rows of `width`; of each frame all but one patch is hidden.
  private func pairs(_ lengths: [Int], width: Int? = nil, hides: Bool = true) -> VideoTextBatch {
    let configuration = SimVTPConfiguration.tiny
    let (count, grid) = (lengths.count, configuration.grid)
    let clips = numbers([count, 3, 4, 32, 32], "clips")
    let mask: [UInt8] = (0..<count * grid.count).map { token in
      let (clip, position) = (token / grid.count, token % 4)
      return position == clip % 4 ? 0 : 1
    }
    let cells = mask.indices.filter { mask[$0] != 0 }
    let texts = lengths.enumerated().map { text, length -> [Int] in
      let words: [Int] = (0..<length - 2).map { hides && $0.isMultiple(of: 2) ? 4 : 5 + ($0 + 3 * text) % 7 }
      return [2] + words + [3]
    }
    let padded = PaddedTexts(padding: texts, with: 0, to: width)
    let hidden = padded.ids.indices.filter { padded.ids[$0] == 4 }
    return VideoTextBatch(
      video: MaskedBatch(
        clips: clips, hidden: mask, grid: grid,
        targets: CellValues(
          cells: cells, values: numbers([cells.count, configuration.video.predictionWidth], "targets"))),
      texts: padded, words: HiddenWords(positions: hidden, ids: hidden.map { 5 + $0 % 7 }),
      draws: (0..<count).map { Double($0) / Double(count) })
  }

  private func terms(_ model: VideoTextModel, _ batch: VideoTextBatch) throws -> [String: Float] {
    let terms = try withoutGradients {
      try VideoTextObjective().loss(of: model(batch, .evaluation), for: batch).terms
    }
    return Dictionary(uniqueKeysWithValues: terms.map { ($0.name, $0.value.scalar) })
  }

  /// Passes that several losses share give what passes of their own give.
  @Test(arguments: VideoTextNegatives.allCases) func chosenLossesAreWhatTheyAreAmongAll(
    _ negatives: VideoTextNegatives
  ) throws {
    let (network, batch) = (try network(), pairs([5, 9, 3, 6]))
    let all = try terms(VideoTextModel(network, negatives: negatives), batch)
    #expect(all.count == 4 && all.values.allSatisfy { $0 > 0 })
    let names: [(VideoTextLosses, String)] = [
      (.video, "loss_video"), (.text, "loss_text"), (.vtc, "loss_vtc"), (.vtm, "loss_vtm"),
    ]
    for number in 1..<15 {
      let losses = VideoTextLosses(rawValue: number)
      let some = try terms(VideoTextModel(network, losses: losses, negatives: negatives), batch)
      #expect(Set(some.keys) == Set(names.filter { losses.contains($0.0) }.map(\.1)))
      for (name, value) in some { #expect(abs(value - all[name]!) <= 1e-5 * value, "\(name) of \(number)") }
    }
  }

  @Test func paddingChangesNothingOfWhatIsBesideIt() throws {
    let network = try network()
    let plain = pairs([7])
    let wide = pairs([7], width: 12)
    func parts(_ batch: VideoTextBatch) throws -> (fused: Tensor, pixels: Tensor, words: Tensor) {
      try withoutGradients {
        let input = try network.input(
          clips: batch.video.clips, hidden: batch.video.hidden, ids: batch.texts.ids, lengths: batch.texts.lengths,
          .evaluation)
        let fused = network.fused(input, .evaluation)
        return (
          fused, network.pixels(of: fused, input, .evaluation),
          network.words(of: fused, input, at: batch.words.positions)
        )
      }
    }
    let (short, long) = (try parts(plain), try parts(wide))
    #expect(plain.words.positions == wide.words.positions && !plain.words.positions.isEmpty)
    let seen = long.fused.slice(0..<short.fused.shape[1], axis: 1)
    for (one, other) in [(short.fused, seen), (short.pixels, long.pixels), (short.words, long.words)] {
      #expect(one.shape == other.shape)
      #expect(zip(one.floats, other.floats).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  /// Means are over padding too, as published: the width of a batch is part of its features.
  @Test func featuresAreMeansOverAllPositions() throws {
    let towers = try SimVTPTowers(.tiny)
    towers.parameters.initialize(seed: 8)
    let texts = [[2, 6, 7, 3], [2, 5, 9, 10, 11, 3]]
    func features(_ texts: [[Int]], width: Int? = nil) throws -> [[Float]] {
      let features = try withoutGradients {
        try towers.textFeatures(of: PaddedTexts(padding: texts, with: 0, to: width))
      }
      let (values, dimension) = (features.floats, towers.featureDimension)
      return (0..<texts.count).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    }
    func differ(_ one: [Float], _ other: [Float]) -> Bool { zip(one, other).contains { abs($0 - $1) > 1e-3 } }
    let together = try features(texts)
    #expect(try !differ(together[1], features([texts[1]])[0]))
    #expect(try differ(together[0], features([texts[0]])[0]))
    #expect(try !differ(together[0], features([texts[0]], width: 6)[0]))
    // What the padding itself is does not matter to others, but it is a position of its own.
    #expect(try differ(together[1], features(texts, width: 16)[1]))
  }

  @Test func dropoutOfTextsIsForTrainingAlone() throws {
    let (network, batch) = (try network(), pairs([5, 9]))
    let model = VideoTextModel(network)
    func words(_ pass: ForwardPass) throws -> [Float] {
      try withoutGradients { try #require(try model(batch, pass).words).floats }
    }
    func training(_ sample: Int) -> ForwardPass {
      ForwardPass(random: KeyedRandom(seed: 1, epoch: 0, sample: sample, stage: "forward"))
    }
    let still = try words(.evaluation)
    #expect(try words(.evaluation) == still)
    #expect(try words(training(0)) == words(training(0)))
    #expect(try words(training(0)) != words(training(1)) && words(training(0)) != still)
  }

  @Test func blocksComputedAgainGiveTheSameGradients() throws {
    let batch = pairs([5, 9, 3])
    func gradients(_ recomputes: Bool) throws -> [String: [Float]] {
      let network = try network()
      let pass = ForwardPass(
        random: KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "forward"), recomputesBlocks: recomputes)
      try VideoTextObjective().loss(of: VideoTextModel(network)(batch, pass), for: batch).sum.backward()
      return Dictionary(
        uniqueKeysWithValues: network.parameters.parameters.map { ($0.name, $0.gradient?.floats ?? []) })
    }
    let (kept, again) = (try gradients(false), try gradients(true))
    for (name, gradient) in kept {
      let largest = gradient.reduce(0) { max($0, abs($1)) }
      #expect(!gradient.isEmpty && gradient.count == again[name]?.count, "\(name)")
      #expect(zip(gradient, again[name] ?? []).allSatisfy { abs($0 - $1) <= 1e-5 * max(largest, 1) }, "\(name)")
    }
  }

  @Test func aBatchWithoutHiddenWordsHasALossOfZeroThatStillReachesTheHead() throws {
    let (network, batch) = (try network(), pairs([5, 9], hides: false))
    #expect(batch.words.positions.isEmpty)
    let terms = try VideoTextObjective().loss(of: VideoTextModel(network)(batch, .evaluation), for: batch)
    let loss = try #require(terms.terms.first { $0.name == "loss_text" })
    #expect(loss.value.scalar == 0 && terms.metrics["word_acc"] == nil && terms.answers["word_acc"] == nil)
    terms.sum.backward()
    let gradient = try #require(network.parameters["text_cls.weight"]?.gradient)
    #expect(gradient.floats.allSatisfy { $0 == 0 })
  }

  @Test func accuraciesStandBesideTheirAnswers() throws {
    let (network, batch) = (try network(), pairs([5, 9, 3, 6]))
    let objective = VideoTextObjective(contrast: Contrast(groupSize: 2))
    let terms = try withoutGradients {
      try objective.loss(of: VideoTextModel(network)(batch, .evaluation), for: batch)
    }
    #expect(Set(terms.metrics.keys) == ["word_acc", "vtc_acc", "vtm_acc"])
    #expect(terms.metrics.values.allSatisfy { (0...1).contains($0) })
    #expect(terms.answers["vtm_acc"] == [0: 4, 1: 4])
    // Each of two in either group of two.
    #expect(terms.answers["vtc_acc"] == [0: 2, 1: 2])
    #expect(terms.answers["word_acc"]?.values.reduce(0, +) == batch.words.ids.count)
  }

  @Test func pairsAreComparedWithThoseOfTheirGroupAlone() throws {
    let (first, second) = (numbers([5, 4], "first"), numbers([5, 4], "second"))
    let groups = Contrast(groupSize: 2)
    #expect(groups.groups(of: 5) == [0..<2, 2..<4, 4..<5] && Contrast().groups(of: 5) == [0..<5])
    #expect(Contrast(groupSize: 9).groups(of: 5) == [0..<5])
    let parts = try groups.groups(of: 5).map { rows in
      try Contrast().loss(of: first.slice(rows, axis: 0), and: second.slice(rows, axis: 0)).scalar
    }
    let loss = try groups.loss(of: first, and: second).scalar
    #expect(abs(loss - parts.reduce(0, +) / 3) < 1e-5)
    // Each row is nearest to itself, and the row before to what was turned by one.
    #expect(Contrast().accuracy(of: first, and: first) == 1)
    let turned = first.rows(at: [1, 2, 3, 4, 0])
    #expect(Contrast().accuracy(of: first, and: turned) == 0)
    // The last is compared with one alone.
    #expect(groups.accuracy(of: first, and: first.rows(at: [1, 0, 3, 2, 0])) == 0.2)
  }

  @Test func drawsOfOtherVideosCoverAllAndNeverTheOwn() {
    let count = 5
    var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for number in 0..<4000 {
      let draws = [Double](repeating: (Double(number) + 0.5) / 4000, count: count)
      for (text, video) in VideoTextNegatives.random.indices(draws: draws, cosines: .zeros([1])).enumerated() {
        counts[text][video] += 1
      }
    }
    for text in 0..<count {
      #expect(counts[text][text] == 0)
      #expect((0..<count).allSatisfy { $0 == text || counts[text][$0] == 1000 })
    }
    // The largest draw there is, and cosines that leave one video alone likely.
    let largest = Double(1).nextDown
    let last = VideoTextNegatives.random.indices(draws: [largest, largest], cosines: .zeros([1]))
    #expect(last == [1, 0])
    let cosines = Tensor([1, -1, 1, 1, 1, -1, -1, 1, 1], shape: [3, 3])
    #expect(
      VideoTextNegatives.hard.indices(draws: [0.999, 0.001, largest], cosines: cosines) == [2, 0, 1])
    #expect(VideoTextNegatives.hard.indices(draws: [0.4, 0.4, 0.4], cosines: cosines) == [2, 0, 1])
  }

  @Test func wordsAndPixelsOfOnePassAreReconstructed() throws {
    let (network, batch) = (try network(), pairs([5, 9]))
    let found = try network.reconstruction(of: batch)
    let output = try withoutGradients { try VideoTextModel(network, losses: [.video, .text])(batch, .evaluation) }
    #expect(found.pixels.floats == output.pixels?.floats && found.words.floats == output.words?.floats)
    #expect(found.words.shape == [batch.words.positions.count, 12] && found.pixels.shape == [2, 6, 1536])
    let nothing = try network.reconstruction(of: pairs([5, 9], hides: false))
    #expect(nothing.words.shape == [0, 12] && nothing.pixels.shape == [2, 6, 1536])
  }
}
