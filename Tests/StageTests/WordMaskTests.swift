import SluiceFlow
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceText
import SluiceWords
import TestSupport
import Testing

/// Captions become words, and some of these are hidden.
@Suite struct WordMaskTests {
  private static let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  private func vocabulary(_ words: [String] = ["a", "red", "disc", "moves", "left", "##s"]) throws -> Vocabulary {
    try Vocabulary(tokens: Self.special + words, origin: "test")
  }

  private func clip(_ captions: String...) -> Clip {
    Clip(
      pixels: PixelClip(frameCount: 0, height: 0, width: 0, bytes: []), values: .zeros([1]), captions: captions)
  }

  /// A text of `count` words that are all other ones, in a vocabulary of as many.
  private func long(_ count: Int) throws -> (vocabulary: Vocabulary, text: TextSample<Clip>) {
    let vocabulary = try vocabulary((0..<count).map { "word\($0)" })
    let ids = [vocabulary.start] + Array(5..<5 + count) + [vocabulary.end]
    return (vocabulary, TextSample(clip("…"), ids: ids))
  }

  @Test func recordedDrawsHideTheReferencesWords() throws {
    // What the network makes of the words is compared elsewhere.
    for file in try Golden.files(ofKinds: ["simvtp.pretrain"]) {
      let config = file.config
      let names = ["pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"]
      var tokens = (0..<(try #require(config["vocab"].int))).map { "word\($0)" }
      for (key, name) in names { tokens[try #require(config["special_ids"][key].int)] = name }
      let vocabulary = try Vocabulary(tokens: tokens, origin: file.name)
      let stage = WordMask<Clip>(vocabulary, ratio: try #require(config["text_mask_probability"].double))
      let shape = try file.shape("input.ids")
      let (ids, uniform) = (try file.ints("input.ids"), try file.doubles("input.uniform"))
      let (masked, labels) = (try file.ints("input.masked_ids"), try file.ints("input.labels"))
      for row in 0..<shape[0] {
        let range = row * shape[1]..<(row + 1) * shape[1]
        let own = Array(ids[range])
        var draws = RecordedDraws(uniform[range].map { RecordedDraws.Draw(value: $0, isInteger: false) })
        let hidden = stage.hiddenPositions(of: own, draws: &draws)
        #expect(draws.isExhausted, "\(file.name)")
        #expect(hidden == own.indices.filter { labels[range][range.lowerBound + $0] != -100 }, "\(file.name)")
        var seen = own
        for position in hidden { seen[position] = vocabulary.mask }
        #expect(seen == Array(masked[range]), "\(file.name)")
      }
    }
  }

  @Test func hiddenWordsAreNeverSpecialAndNothingElseChanges() throws {
    let vocabulary = try vocabulary()
    var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "test")
    for isExact in [false, true] {
      for number in 0..<2000 {
        let ids = (0..<random.integer(in: 2...20)).map { _ in random.integer(in: 0...vocabulary.count - 1) }
        let stage = WordMask<Clip>(vocabulary, ratio: random.uniform(), isExact: isExact)
        let masked = stage(TextSample(clip("…"), ids: ids), context: .sample(number))
        #expect(masked.hidden == masked.hidden.sorted() && Set(masked.hidden).count == masked.hidden.count)
        #expect(masked.words.allSatisfy { !vocabulary.isSpecial($0) })
        #expect(masked.words == masked.hidden.map { ids[$0] })
        for position in ids.indices {
          let isHidden = masked.hidden.contains(position)
          #expect(masked.ids[position] == (isHidden ? vocabulary.mask : ids[position]))
        }
      }
    }
  }

  @Test func aShareIsHiddenOnAverageOrExactly() throws {
    let (vocabulary, text) = try long(1000)
    for ratio in [0.15, 0.75] {
      let drawn = (0..<100).map { WordMask(vocabulary, ratio: ratio)(text, context: .sample($0)).hidden.count }
      let share = Double(drawn.reduce(0, +)) / 100_000
      // Five deviations of a hundred thousand draws are below 0.007.
      #expect(abs(share - ratio) < 0.01 && Set(drawn).count > 10, "\(share)")
      for number in 0..<20 {
        let exact = WordMask(vocabulary, ratio: ratio, isExact: true)(text, context: .sample(number))
        #expect(exact.hidden.count == Int(1000 * ratio))
      }
    }
    // Of few words: 0.75 of 1, 2, 3 and 4, rounded.
    for (count, hidden) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3)] {
      let (vocabulary, text) = try long(count)
      #expect(WordMask(vocabulary, isExact: true)(text, context: .sample(0)).hidden.count == hidden)
    }
    let all = WordMask(vocabulary, ratio: 1)(text, context: .sample(0))
    #expect(all.hidden == Array(1...1000))
    #expect(WordMask(vocabulary, ratio: 0)(text, context: .sample(0)).hidden.isEmpty)
  }

  @Test func drawsBelongToTheSample() throws {
    let (vocabulary, text) = try long(100)
    let stage = WordMask<Clip>(vocabulary)
    let hidden = (0..<50).map { stage(text, context: .sample($0)).hidden }
    #expect(Set(hidden).count == 50)
    #expect(stage(text, context: .sample(7)).hidden == hidden[7])
  }

  @Test func captionsBecomeWords() throws {
    let words = Words<Clip>(try vocabulary())
    func ids(_ captions: String..., stage: Words<Clip>? = nil, sample: Int = 0) throws -> [Int] {
      let clip = Clip(
        pixels: PixelClip(frameCount: 0, height: 0, width: 0, bytes: []), values: .zeros([1]), captions: captions)
      return try (stage ?? words)(clip, context: .sample(sample)).ids
    }
    #expect(try ids("A red disc moves left") == [2, 5, 6, 7, 8, 9, 3])
    #expect(try ids("discs") == [2, 7, 10, 3])
    #expect(try ids("") == [2, 3] && ids("   ") == [2, 3])
    #expect(try ids("zebra red") == [2, 1, 6, 3])
    let short = Words<Clip>(try vocabulary(), maximumLength: 4)
    #expect(try ids("a red disc moves left", stage: short) == [2, 5, 6, 3])
    let endless = [String](repeating: "disc", count: 10_000).joined(separator: " ")
    #expect(try ids(endless).count == 512)
    let first = Words<Clip>(try vocabulary(), sampling: .first)
    #expect(try (0..<20).allSatisfy { try ids("a", "red", "disc", stage: first, sample: $0) == [2, 5, 3] })
    let drawn = try (0..<60).map { try ids("a", "red", "disc", sample: $0)[1] }
    for word in 5...7 { #expect((8...32).contains(drawn.count { $0 == word }), "\(drawn)") }
    #expect(try ids("a", "red", "disc", sample: 9)[1] == drawn[9])
  }

  @Test func aClipWithoutACaptionIsNamed() throws {
    let words = Words<Clip>(try vocabulary())
    let text = sentence { _ = try words(clip(), context: .sample(3)) }
    #expect(
      text == "sample 3: the clip has no caption. Take it off the list, or give it one; an empty one is enough")
  }

  @Test func captionsTravelWithMasksAndTargets() throws {
    let mask = TokenMask(steps: 1, rows: 1, columns: 1, values: [1])
    let sample = MaskedSample(masked: MaskedClip(clip: clip("red disc"), mask: mask), target: 1)
    let text = try Words<MaskedSample<Int>>(try vocabulary())(sample, context: .sample(0))
    #expect(text.ids == [2, 6, 7, 3] && text.sample.target == 1)
  }
}
