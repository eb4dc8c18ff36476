import Foundation
import SluicePlatform
import Testing

@Suite struct SHA256Tests {
  // NIST's examples and the boundaries of padding, compared with sha256sum.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedExamplesComeOut(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
  }

  @Test func aMillionLettersInPiecesComeOut() {
    var hash = SHA256()
    var left = 1_000_000
    var piece = 1
    while left > 0 {
      let count = min(left, piece)
      hash.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
      (left, piece) = (left - count, piece % 200 + 1)
    }
    #expect(hash.hexadecimal() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}

@Suite struct JSONReaderTests {
  /// A value written out again, as far as it is read.
  private func text(_ reader: inout JSONReader) throws -> String {
    switch try reader.kind() {
    case .object:
      var members: [String] = []
      try reader.object { members.append("\($0):\(try text(&$1))") }
      return "{" + members.joined(separator: ",") + "}"
    case .array:
      var elements: [String] = []
      try reader.array { elements.append(try text(&$0)) }
      return "[" + elements.joined(separator: ",") + "]"
    case .string: return "'" + (try reader.string()) + "'"
    case .number, .word: return try reader.literal()
    }
  }

  private func read(_ json: String) throws -> String {
    var reader = JSONReader(Array(json.utf8))
    let value = try text(&reader)
    try reader.end()
    return value
  }

  @Test(arguments: [
    (#" {"b": 1, "a" :[true,null , -2.5e3], "a":{}} "#, "{b:1,a:[true,null,-2.5e3],a:{}}"),
    (#"["\u0041\ud83d\ude00\n\"\\/"]"#, "['A\u{1F600}\n\"\\/']"), ("[]", "[]"), ("\"\"", "''"), ("0", "0"),
  ])
  func valuesComeInOrder(json: String, value: String) throws {
    #expect(try read(json) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "[1 2]", "tru", "01x", "\"a", "\"\\", "\"\\u12\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "{} {}", "-", "\"a\nb\"", "{1:2}", "nan",
  ])
  func whatIsNoJSONIsRefused(json: String) {
    #expect(throws: JSONReadingError.self, "\(json)") { try read(json) }
  }

  @Test func skippingStopsWhereReadingDoes() throws {
    let json = #"{"a": [{"b": "]}"}, 1, [[]]], "c": "x", "d": 5}"#
    var reader = JSONReader(Array(json.utf8))
    var found = ""
    try reader.object { key, value in
      if key == "d" { found = try value.literal() } else { try value.skip() }
    }
    try reader.end()
    #expect(found == "5")
  }

  @Test func errorsKnowTheirLine() throws {
    let error = try #require(throws: JSONReadingError.self) { try read("{\n\"a\": 1,\n\"b\" 2}") }
    #expect(error.line == 3 && error.reason.contains("“:” is wanted"))
  }

  @Test func itAgreesWithAnotherParserOnMutations() throws {
    let base = Array(#"{"a": [1, -2.5, "x\u00e9\n"], "b": {"c": null, "d": true}, "e": ""}"#.utf8)
    var random = SystemRandomNumberGenerator()
    var accepted = 0
    for _ in 0..<5000 {
      var bytes = base
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
      let expected = (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
      let isRead = (try? read(String(decoding: bytes, as: UTF8.self))) != nil
      if isRead { accepted += 1 }
      // Numbers may be spelt more freely here; nothing that others read is refused.
      if expected { #expect(isRead, "\(String(decoding: bytes, as: UTF8.self))") }
    }
    #expect(accepted > 500)
  }
}

@Suite struct ExactTextTests {
  @Test func textIsComparedByBytes() {
    let (composed, decomposed) = (ExactText("caf\u{E9}"), ExactText("cafe\u{301}"))
    #expect(composed != decomposed && composed == ExactText("caf\u{E9}"))
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(
      ["b", "a", "B", "\u{E9}", "aa"].map(ExactText.init).sorted().map(\.string) == ["B", "a", "aa", "b", "\u{E9}"])
  }
}
