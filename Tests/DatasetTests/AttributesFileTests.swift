import Foundation
import SluiceDatasets
import Testing

/// Phrases about videos, in BIKE's JSON.
@Suite struct AttributesFileTests {
  private let files = Files()

  private func read(_ text: String) throws -> AttributesFile {
    try AttributesFile(contentsOf: files.write(text, "a.json"))
  }

  @Test func sentencesHaveTheFirstPhrases() throws {
    let text = #"""
      {"cls1/clip_00": {"score": [1, 2], "classname_topk": ["juggling", "arm wrestling", "yo\u0067a"]},
       "a//b": {"classname_topk": ["tap, dancing"], "x": null}}
      """#
    let file = try read(text)
    #expect(file.paths == ["cls1/clip_00", "a//b"])
    #expect(file.sentence(for: "cls1/clip_00", top: 2) == "This is a video about juggling,arm wrestling")
    #expect(file.sentence(for: "cls1/clip_00", top: 5) == "This is a video about juggling,arm wrestling,yoga")
    #expect(file.phrases(of: "a//b") == ["tap, dancing"] && file.phrases(of: "a/b") == ["tap, dancing"])
    #expect(file.sentence(for: "cls1//clip_00", top: 1) == "This is a video about juggling")
    #expect(file.sentence(for: "cls1/clip_01", top: 2) == nil)
    #expect(file.missing(of: ["a/b", "c", "cls1/clip_00", "d"]) == [1, 3])
  }

  @Test func pathsThatOnlyLookTheSameStayTwo() throws {
    let file = try AttributesFile(
      [(path: "cafe\u{301}", phrases: ["one"]), (path: "caf\u{E9}", phrases: ["two"])], origin: "test")
    #expect(file.phrases(of: "cafe\u{301}") == ["one"] && file.phrases(of: "caf\u{E9}") == ["two"])
    let slashes = try AttributesFile(
      [(path: "a//b", phrases: ["one"]), (path: "a/b", phrases: ["two"])], origin: "test")
    #expect(slashes.phrases(of: "a//b") == ["one"] && slashes.phrases(of: "a/b") == ["two"])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let entries: [(path: String, phrases: [String])] = [
      (path: "a \"b\"\\c", phrases: ["line\nend", "tab\t", "ünï🦆"]), (path: "d", phrases: [""]),
      (path: "e//f", phrases: (0..<10).map { "phrase \($0)" }),
    ]
    let file = try AttributesFile(entries, origin: "test")
    let path = files("out.json")
    try file.write(to: path)
    let again = try AttributesFile(contentsOf: path)
    #expect(again.paths == entries.map(\.path) && again.json == file.json)
    for entry in entries { #expect(again.phrases(of: entry.path) == entry.phrases) }
    // Any reader of JSON takes it.
    let object =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: [String: [String]]]
    #expect(object?["d"]?["classname_topk"] == [""] && object?.count == 3)
    let error = try #require(throws: DatasetListError.self) { try file.write(to: files("none/out.json")) }
    #expect(error.description.hasPrefix("\(files("none/out.json")): cannot be written: "))
  }

  @Test func aVideoWithoutAttributesIsNamedWithItsLine() throws {
    let file = try AttributesFile([(path: "a//x", phrases: ["one"])], origin: "attributes.json")
    let list = try files.list("a/x 0\nb/x 1\nc/x 1\n", root: "root", format: .bike)
    let error = try #require(throws: DatasetListError.self) { try file.requireAll(of: list) }
    #expect(
      error.line == 2
        && error.reason
          == "attributes.json has no attributes of 2 of its 3 videos. The first is “b/x”; the file begins with “a//x”. Make "
          + "them with 'sluice attributes', from this list"
    )
    try file.requireAll(of: files.list("a//x 0\n", format: .bike))
  }

  static let broken: [(text: String, line: Int?, sentence: String)] = [
    ("[1]", 1, "is no file of attributes; wanted: an object from path to an object with “classname_topk”"),
    ("{}", nil, "the file names no video; wanted: a member for each"),
    ("{\"a\": 3}", 1, "“a” has a number; wanted: an object with “classname_topk”, a list of phrases"),
    ("{\"a\": {\"classname_topk\": \"x\"}}", 1, "“a” has a text as “classname_topk”; wanted: an object with"),
    ("{\"a\": {\"classname_topk\": [\"x\", 3]}}", 1, "“a” has a number among its phrases; wanted"),
    ("{\"a\": {\"topk\": [\"x\"]}}", 1, "“a” has no “classname_topk”; wanted"),
    ("{\"a\": {\"classname_topk\": []}}", 1, "“a” has no phrase; wanted: one at least"),
    (
      "{\"a\": {\"classname_topk\": [\"x\"]},\n\"a\": {\"classname_topk\": [\"y\"]}}", 2,
      "“a” is there twice; wanted: each video once"
    ),
    ("{\"a\": {\"classname_topk\": [\"x\"]}} x", 1, ""), ("{\"a\"", 1, ""), ("", nil, ""),
  ]

  @Test(arguments: broken) func aFileOfAnotherFormIsRefused(text: String, line: Int?, sentence: String) throws {
    let error = try #require(throws: DatasetListError.self) { try read(text) }
    #expect(error.reason.contains(sentence) || sentence.isEmpty, "\(error)")
    #expect(error.line == line || sentence.isEmpty, "\(error)")
  }

  @Test func damageIsAnErrorAndNoTrap() throws {
    let text = Array(
      #"{"a/b": {"classname_topk": ["x", "yé"]}, "c": {"n": [1.5e3, {"z": null}], "classname_topk": ["w"]}}"#.utf8)
    for end in text.indices { _ = try? AttributesFile(contentsOf: files.write(text[..<end], "cut.json")) }
    for index in text.indices {
      for bit in 0..<8 {
        var bytes = text
        bytes[index] ^= 1 << bit
        _ = try? AttributesFile(contentsOf: files.write(bytes, "flip.json"))
      }
    }
    #expect(try AttributesFile(contentsOf: files.write(text, "whole.json")).paths == ["a/b", "c"])
  }
}
