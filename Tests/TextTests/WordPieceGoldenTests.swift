import Foundation
import SluiceText
import TestSupport
import Testing

/// Tokens and ids as the reference tokenizer makes them, byte for byte.
@Suite struct WordPieceGoldenTests {
  private struct Reference: Decodable {
    struct Sentence: Decodable {
      let text: String
      let tokens: [String]
      let ids: [Int]
    }

    struct SpecialTokens: Decodable {
      let tokens: [String]
      let mask: [Int]
    }

    struct Padded: Decodable {
      let input_ids: [[Int]]
      let attention_mask: [[Int]]
    }

    let vocab_file: String
    let sentences: [Sentence]
    let special_tokens_mask: SpecialTokens
  }

  private static func files(_ name: String) throws -> [(name: String, url: URL)] {
    let files = try Golden.paths { ($0 as NSString).lastPathComponent == name }
    print("golden: checked \(files.count) of \(files.count) files (\(name))")
    return files
  }

  private static func vocabulary(_ name: String, beside url: URL) throws -> Vocabulary {
    try Vocabulary(contentsOf: url.deletingLastPathComponent().appendingPathComponent(name).path)
  }

  @Test func sentencesHaveTheTokensOfTheReference() throws {
    let files = try Self.files("wordpiece.json")
    #expect(!files.isEmpty)
    for (name, url) in files {
      let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
      let vocabulary = try Self.vocabulary(reference.vocab_file, beside: url)
      let wordPiece = WordPiece(vocabulary)
      #expect(!reference.sentences.isEmpty)
      for sentence in reference.sentences {
        let pieces = wordPiece.pieces(of: sentence.text).map { Array($0.utf8) }
        #expect(pieces == sentence.tokens.map { Array($0.utf8) }, "\(name): \(sentence.text.debugDescription)")
        #expect(wordPiece.ids(of: sentence.text) == sentence.ids, "\(name): \(sentence.text.debugDescription)")
      }
      let special = reference.special_tokens_mask
      let ids = try special.tokens.map { try #require(vocabulary.id(of: $0)) }
      #expect(ids.map(vocabulary.isSpecial) == special.mask.map { $0 == 1 }, "\(name)")
    }
  }

  @Test func textsOfABatchAreCutAndPaddedAsTheReferenceDoes() throws {
    for (name, url) in try Self.files("wordpiece.json") {
      let data = try Data(contentsOf: url)
      let reference = try JSONDecoder().decode(Reference.self, from: data)
      let wordPiece = WordPiece(try Self.vocabulary(reference.vocab_file, beside: url))
      let file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let batch = try #require(file["batch"] as? [String: Any])
      let texts = try #require(batch["texts"] as? [String])
      var checked = 0
      for (key, value) in batch where key.hasPrefix("max_length_") {
        let maximum = try #require(Int(key.dropFirst("max_length_".count)))
        let padded = try JSONDecoder().decode(
          Reference.Padded.self, from: JSONSerialization.data(withJSONObject: value))
        let ids = texts.map { wordPiece.ids(of: $0, maximumLength: maximum) }
        let width = try #require(ids.map(\.count).max())
        let rows = ids.map { $0 + Array(repeating: wordPiece.vocabulary.padding, count: width - $0.count) }
        #expect(rows == padded.input_ids, "\(name) \(key)")
        let masks = ids.map { row in (0..<width).map { $0 < row.count ? 1 : 0 } }
        #expect(masks == padded.attention_mask, "\(name) \(key)")
        checked += 1
      }
      #expect(checked > 0, "\(name)")
    }
  }

  @Test func captionsOfTheVisualizationHaveTheirIds() throws {
    struct Words: Decodable {
      struct Case: Decodable {
        let text: String
        let ids: [Int]
      }

      let vocab_file: String
      let cases: [Case]
    }
    let files = try Golden.paths { ($0 as NSString).lastPathComponent == "words.json" }
    #expect(!files.isEmpty)
    for (name, url) in files {
      let words = try JSONDecoder().decode(Words.self, from: Data(contentsOf: url))
      let wordPiece = WordPiece(try Self.vocabulary(words.vocab_file, beside: url))
      for sample in words.cases { #expect(wordPiece.ids(of: sample.text) == sample.ids, "\(name): \(sample.text)") }
    }
  }
}
