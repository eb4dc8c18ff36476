import Foundation
import SluicePlatform
import SluiceText
import Testing

/// Ten thousand texts of all of Unicode beside the definition, step by step.
@Suite struct BytePairFuzzTests {
  private static let count = 10_000

  private static let fragments = [
    "&amp;", "&amp", "&#x41;", "&#0;", "&#", "&", ";", "&lt", "&notit;", "<", "<|endoftext|>", "<|startoftext|>",
    "<|\u{17F}tartoftext|>", "'s", "'LL", "'\u{17F}", "''", "</w>", "\u{1B}[3", "\u{1B}[0m", "m", "\r\n", "\u{3A3}",
    "\u{FB01}", "\u{FF71}\u{FF9E}", "\u{85}", "\u{2019}", "2023", "&EACUTE;", "&#1114112;", "\u{FFE3}", "\u{1C}",
  ]

  /// A text of its own for each number, many of them with what cleaning and splitting treat in ways of their own.
  private static func text(_ number: Int) -> String {
    let text = UnicodeTexts.text(number)
    guard number % 3 != 0 else { return text }
    var random = KeyedRandom(seed: 5, epoch: 0, sample: number, stage: "fragments")
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if random.integer(in: 0...9) == 0 {
        result.append(contentsOf: fragments[random.integer(in: 0...fragments.count - 1)].unicodeScalars)
      }
      result.append(scalar)
    }
    return String(result)
  }

  private static func merges() throws -> Merges {
    try Merges.learned(from: (count..<count + 2000).map { text($0) }, count: 800)
  }

  @Test func textsHaveTheirPiecesByDefinition() throws {
    let merges = try Self.merges()
    let bytePair = BytePair(merges)
    var naive = NaiveBytePair(merges.fileText)
    var joinedCount = 0
    for number in 0..<Self.count {
      let text = Self.text(number)
      let clean = Array(BytePair.cleaned(text).unicodeScalars)
      let words = NaiveBytePair.words(of: clean)
      let wanted = words.flatMap { naive.pieces(of: $0) }
      let (found, ids) = (bytePair.pieces(of: text), bytePair.ids(of: text))
      guard found == wanted else {
        Issue.record("text \(number) \(text.debugDescription): \(found)")
        return
      }
      guard ids.allSatisfy({ (0..<merges.vocabularySize).contains($0) }), ids == bytePair.ids(of: text) else {
        Issue.record("text \(number) \(text.debugDescription): \(ids)")
        return
      }
      // Back again: each word with a space behind it.
      let back = words.map { word -> String in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: word)
        return NaiveBytePair.special.contains(String(view)) ? String(view) : String(view) + "</w>"
      }
      let spaced = back.joined().replacingOccurrences(of: "</w>", with: " ", options: .literal)
      guard Array(bytePair.text(of: ids).utf8) == Array(spaced.utf8) else {
        Issue.record("text \(number) \(text.debugDescription): \(bytePair.text(of: ids).debugDescription)")
        return
      }
      joinedCount += ids.count { $0 >= 512 && $0 < merges.start }
    }
    #expect(joinedCount > Self.count / 2, "\(joinedCount) symbols of several bytes")
  }

  @Test func cleanedTextsHaveSingleSpacesAndNoCapitals() throws {
    for number in 0..<Self.count {
      let text = Self.text(number)
      let clean = Array(BytePair.cleaned(text).unicodeScalars)
      let isBlank = clean.map { $0.properties.isWhitespace }
      let isSpaced =
        isBlank.first != true && isBlank.last != true && !zip(isBlank, isBlank.dropFirst()).contains { $0 && $1 }
        && clean.allSatisfy { !$0.properties.isWhitespace || $0 == " " }
      // In lower case a capital that has a small letter is gone; each sigma is one of two.
      let isSmall = clean.allSatisfy { $0.properties.lowercaseMapping.unicodeScalars.elementsEqual([$0]) }
      guard isSpaced, isSmall else {
        Issue.record("text \(number) \(text.debugDescription): \(clean)")
        return
      }
    }
  }

  @Test func sequencesBeginAndEndWhateverTheText() throws {
    let merges = try Self.merges()
    let bytePair = BytePair(merges)
    var longCount = 0
    for number in stride(from: 0, to: Self.count, by: 4) {
      let text = Self.text(number)
      let ids = bytePair.ids(of: text)
      for length in [2, 9, 77] {
        let sequence = try bytePair.sequence(of: text, length: length, truncates: true).map { Int($0) }
        let kept = Array(ids.prefix(length - 2))
        let wanted =
          [merges.start] + kept + [merges.end] + Array(repeating: 0, count: length - 2 - kept.count)
        guard sequence == wanted else {
          Issue.record("text \(number) \(text.debugDescription), \(length): \(sequence)")
          return
        }
        let whole = try? bytePair.sequence(of: text, length: length).map { Int($0) }
        guard whole == (ids.count > length - 2 ? nil : wanted) else {
          Issue.record("text \(number) \(text.debugDescription), \(length): \(whole.debugDescription)")
          return
        }
      }
      if ids.count > 75 { longCount += 1 }
    }
    #expect(longCount > 10, "\(longCount) texts are too long for 77 tokens")
  }

  /// What one thread looked up does not change what another one finds.
  @Test func manyThreadsHaveTheSameTokens() async throws {
    let merges = try Self.merges()
    let fresh = (0..<100).map { BytePair(merges).ids(of: Self.text($0)) }
    let shared = BytePair(merges)
    let found = await withTaskGroup(of: (Int, [Int]).self) { group in
      for number in 0..<500 { group.addTask { (number, shared.ids(of: Self.text(number % 100))) } }
      var found = [[Int]](repeating: [], count: 500)
      for await (number, ids) in group { found[number] = ids }
      return found
    }
    #expect(found == (0..<500).map { fresh[$0 % 100] })
  }
}
