import SluicePlatform
import Testing

/// JSON that is none is refused with its line, what is wanted and what stands there.
@Suite struct JSONErrorTests {
  @Test(arguments: [
    ("[1, ]", "line 1: a value is wanted, “]” stands here"),
    ("{\n1: 2}", "line 2: a text in quotes is wanted, “1” stands here"),
    ("{\"a\" 1}", "line 1: “:” is wanted, “1” stands here"),
    ("{\"a\": 1 \"b\": 2}", "line 1: “,” or “}” is wanted, “\"” stands here"),
    ("[1\n\u{1}]", "line 2: “,” or “]” is wanted, something else stands here"),
    ("[1] 2", "line 1: the end of the file is wanted, “2” stands here"),
    ("[\"a\nb\"]", "line 1: the end of a text is wanted, something else stands here"),
    ("[\"a", "line 1: the end of a text is wanted, the end of the file stands here"),
    ("[\"\\", "line 1: the end of a text is wanted, the end of the file stands here"),
    ("[\"\\q\"]", "line 1: an escape of JSON is wanted, “\"” stands here"),
    ("[\"\\u12\"]", "line 1: four hexadecimal digits is wanted, “\"” stands here"),
    ("[\"\\u00", "line 1: four hexadecimal digits is wanted, the end of the file stands here"),
    ("[\"\\ud800\"]", "line 1: a whole character is wanted, “\"” stands here"),
    ("[01x]", "line 1: a value is wanted, “]” stands here"),
    ("[tru]", "line 1: a value is wanted, “]” stands here"),
  ])
  func whatIsWantedAndWhatStandsThereIsSaid(json: String, sentence: String) {
    let error = #expect(throws: JSONReadingError.self) {
      var reader = JSONReader(Array(json.utf8))
      try read(&reader)
      try reader.end()
    }
    #expect(error?.description == sentence)
  }

  @Test func aNumberIsWantedWhereALiteralIsTaken() {
    var reader = JSONReader(Array("[]".utf8))
    let literal = #expect(throws: JSONReadingError.self) { try reader.literal() }
    #expect(literal?.description == "line 1: a number is wanted, “[” stands here")
    var open = JSONReader(Array("[[1, 2".utf8))
    let value = #expect(throws: JSONReadingError.self) { try open.skip() }
    #expect(value?.description == "line 1: the end of a value is wanted, the end of the file stands here")
  }

  private func read(_ reader: inout JSONReader) throws {
    switch try reader.kind() {
    case .object: try reader.object { _, value in try read(&value) }
    case .array: try reader.array { try read(&$0) }
    case .string: _ = try reader.string()
    case .number, .word: _ = try reader.literal()
    }
  }
}
