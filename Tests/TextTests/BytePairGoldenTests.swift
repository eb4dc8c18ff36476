import Foundation
import SluiceCheckpoints
import SluiceText
import TestSupport
import Testing

/// Texts as the reference cleans, splits and encodes them.
@Suite struct BytePairGoldenTests {
  private struct Reference: Decodable {
    struct Case: Decodable {
      let text: String
      let clean: String
      let tokens: [String]
      let ids: [Int]
      let decoded: String?
      let too_long: Bool
      let needs_mojibake_repair: Bool
    }

    let vocab_size: Int
    let sot: Int
    let eot: Int
    let cases: [Case]
  }

  @Test func textsHaveTheTokensOfTheReference() throws {
    try Golden.each("clip.tokenizer") { file, check in
      let merges = try Merges(contentsOf: file.sibling(#require(file.config["merges"].string)).path)
      if let count = file.config["n_merges"].int { #expect(merges.count == count, "\(file)") }
      let name = try #require(file.config["texts"].string?.split(separator: " ").first)
      let data = try Data(contentsOf: file.sibling(String(name)))
      let reference = try JSONDecoder().decode(Reference.self, from: data)
      #expect(merges.vocabularySize == reference.vocab_size && !reference.cases.isEmpty, "\(file)")
      #expect(merges.start == reference.sot && merges.end == reference.eot, "\(file)")

      let bytePair = BytePair(merges)
      let shape = try file.shape("output.tokens77")
      let (length, stored) = (try #require(shape.last), try file.ints("output.tokens77"))
      var rows: [Int] = []
      for (index, sample) in reference.cases.enumerated() {
        guard !sample.needs_mojibake_repair else {
          // What a wrong encoding did to a text is not undone.
          rows += stored[index * length..<(index + 1) * length]
          continue
        }
        try compare(sample, bytePair, length, "\(file), text \(index) \(sample.text.debugDescription)")
        rows += try bytePair.sequence(of: sample.text, length: length, truncates: true).map { Int($0) }
      }
      try check("output.tokens77", rows, shape: [reference.cases.count, length])
      let left = reference.cases.count { $0.needs_mojibake_repair }
      print("golden: \(file): \(left) of \(reference.cases.count) texts left out, which need a repair of encodings")
    }
  }

  private func compare(_ sample: Reference.Case, _ bytePair: BytePair, _ length: Int, _ place: String) throws {
    #expect(Array(BytePair.cleaned(sample.text).utf8) == Array(sample.clean.utf8), "\(place)")
    #expect(bytePair.pieces(of: sample.text) == sample.tokens, "\(place)")
    #expect(bytePair.ids(of: sample.text) == sample.ids, "\(place)")
    if let decoded = sample.decoded {
      #expect(Array(bytePair.text(of: sample.ids).utf8) == Array(decoded.utf8), "\(place)")
    }
    #expect(sample.too_long == (sample.ids.count + 2 > length), "\(place)")
    if sample.too_long {
      let found = sentence { _ = try bytePair.sequence(of: sample.text, length: length) }
      #expect(found.contains("has \(sample.ids.count + 2) tokens"), "\(place): \(found)")
    } else {
      let whole = try bytePair.sequence(of: sample.text, length: length)
      #expect(whole.prefix(sample.ids.count + 1).dropFirst().map { Int($0) } == sample.ids, "\(place)")
    }
  }

  @Test func promptsHaveTheTokensOfTheReference() throws {
    struct Expected: Decodable {
      let prompts: [String]
      let attribute_sentences: [String]
    }
    try Golden.each("bike.prompts") { file, check in
      let published = try Golden.paths { $0.hasSuffix("bpe_simple_vocab_16e6.txt.gz") }
      let bytePair = BytePair(try Merges(contentsOf: #require(published.first).url.path))
      let data = try Data(contentsOf: file.sibling(file.config["expected"].string ?? "data/expected.json"))
      let expected = try JSONDecoder().decode(Expected.self, from: data)
      // A prompt has to be whole; of a sentence of attributes the rest may be cut off.
      let prompts = try expected.prompts.flatMap { try bytePair.sequence(of: $0) }
      try check("output.prompt_tokens", prompts, shape: [expected.prompts.count, 77])
      let sentences = try expected.attribute_sentences.flatMap { try bytePair.sequence(of: $0, truncates: true) }
      try check("output.attribute_tokens", sentences, shape: [expected.attribute_sentences.count, 77])
    }
  }

  /// Each name of HTML 5 behind a tag, where only a browser's rules apply.
  @Test func everyNameOfHTMLStandsForItsCharacters() throws {
    for (name, url) in try Golden.paths(where: { $0.hasSuffix("html5_entities.json") }) {
      let entities = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: url))
      #expect(entities.count > 2000, "\(name)")
      for (entity, value) in entities {
        let characters = value.unicodeScalars
        // Blanks become spaces, or nothing at the end.
        guard !characters.contains(where: \.properties.isWhitespace) else { continue }
        let wanted = characters.map { $0.properties.lowercaseMapping }.joined()
        let found = BytePair.cleaned("<&\(entity)")
        #expect(Array(found.utf8) == Array("<\(wanted)".utf8), "\(name): \(entity)")
        // With its semicolon it is found in the middle of a text too.
        guard entity.hasSuffix(";") else { continue }
        #expect(Array(BytePair.cleaned("<&\(entity)|").utf8) == Array("<\(wanted)|".utf8), "\(name): \(entity)")
      }
    }
  }
}
