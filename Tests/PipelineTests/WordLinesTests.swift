import Foundation
import SluicePipelines
import SluicePlatform
import SluiceSamples
import SluiceText
import SluiceWords
import TestSupport
import Testing

/// Captions in three lines: as they are, masked, and with what is predicted.
@Suite struct WordLinesTests {
  /// `words.json`: what the reference shows of captions.
  private struct GoldenWords: Decodable {
    struct Case: Decodable {
      let text: String
      let ids: [Int]
      let uniform: [Double]
      let masked: [Bool]
      let argmax: [Int]
      let lines: [String]
    }

    let vocabulary: String
    let probability: Double
    let cases: [Case]

    private enum CodingKeys: String, CodingKey {
      case vocabulary = "vocab_file"
      case probability = "text_mask_probability"
      case cases
    }
  }

  /// Draws from 0 to 1, as they were recorded.
  private struct Recorded: RandomDraws {
    var values: ArraySlice<Double>

    mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
      lower + (upper - lower) * (values.popFirst() ?? .nan)
    }

    mutating func integer(in range: ClosedRange<Int>) -> Int { Int(uniform(0, 1) * Double(range.count)) }
  }

  @Test func linesAreThoseOfTheReference() throws {
    let files = try Golden.paths { $0 == "words.json" || $0.hasSuffix("/words.json") }
    for (name, url) in files {
      let golden = try JSONDecoder().decode(GoldenWords.self, from: Data(contentsOf: url))
      let beside = url.deletingLastPathComponent().appending(path: golden.vocabulary)
      let vocabulary = try Vocabulary(contentsOf: beside.path)
      let mask = WordMask<Clip>(vocabulary, ratio: golden.probability)
      #expect(!golden.cases.isEmpty, "\(name)")
      for shown in golden.cases {
        #expect(WordPiece(vocabulary).ids(of: shown.text) == shown.ids, "\(name): \(shown.text)")
        var draws = Recorded(values: shown.uniform[...])
        let hidden = mask.hiddenPositions(of: shown.ids, draws: &draws)
        #expect(hidden == shown.masked.indices.filter { shown.masked[$0] }, "\(name): \(shown.text)")
        let predicted = hidden.map { shown.argmax[$0] }
        let lines = WordLines(shown.text, ids: shown.ids, hidden: hidden, predicted: predicted, of: vocabulary)
        #expect([lines.original, lines.masked, lines.predicted] == shown.lines, "\(name)")
        #expect(lines.hiddenCount == hidden.count)
        #expect(lines.rightCount == hidden.count { shown.ids[$0] == shown.argmax[$0] }, "\(name): \(shown.text)")
      }
    }
    print("golden: checked \(files.count) of \(files.count) files (words.json)")
    #expect(!files.isEmpty)
  }

  private static let small = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "disc", "##s", "blue"]

  @Test func whatIsHiddenIsReadAndTheRestStays() throws {
    let vocabulary = try Vocabulary(tokens: Self.small, origin: "test")
    let ids = WordPiece(vocabulary).ids(of: "Red discs, a")
    #expect(ids == [2, 6, 7, 8, 1, 5, 3])
    let lines = WordLines("Red discs, a", ids: ids, hidden: [1, 3, 5], predicted: [9, 8, 4], of: vocabulary)
    #expect(
      lines.lines == [
        "Red discs, a", "[CLS] [mask] disc [mask] [UNK] [mask] [SEP]", "[CLS] blue disc ##s [UNK] [MASK] [SEP]",
      ])
    #expect(lines.hiddenCount == 3 && lines.rightCount == 1)
    let none = WordLines("", ids: [2, 3], hidden: [], predicted: [], of: vocabulary)
    #expect(none.lines == ["", "[CLS] [SEP]", "[CLS] [SEP]"] && none.hiddenCount == 0 && none.rightCount == 0)
  }

  @Test func aCaptionOfSeveralLinesStaysOne() throws {
    let vocabulary = try Vocabulary(tokens: Self.small, origin: "test")
    let text = "a\r\nred\u{2028}disc\u{1B}[2J"
    let lines = WordLines(text, ids: [2, 5, 3], hidden: [], predicted: [], of: vocabulary)
    #expect(lines.original == text)
    #expect(lines.lines[0] == "a  red disc [2J")
  }
}
