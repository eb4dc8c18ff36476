import Foundation
import SluiceDatasets
import SluiceSamples
import Testing

@Suite struct DatasetListTests {
  private func item(_ line: String, format: DatasetListFormat = .automatic, root: String? = nil) throws -> DatasetItem {
    let list = try DatasetList(parsing: line, root: root, format: format)
    return try #require(list.items.first)
  }

  @Test func aPathAloneHasNoLabel() throws {
    #expect(try item("clips/swim.mp4") == DatasetItem(path: "clips/swim.mp4", line: 1))
    #expect(try item("my clips/swim fast.mp4").path == "my clips/swim fast.mp4")
  }

  @Test func theLastWordIsTheLabelAndThePathMayHoldSpaces() throws {
    #expect(try item("a b.mp4 7") == DatasetItem(path: "a b.mp4", labels: [.number(7)], line: 1))
    #expect(try item("a b.mp4   archery").labels == [.name("archery")])
    #expect(try item("  a.mp4 7  ").path == "a.mp4")
  }

  @Test func timesAreSecondsOfTheVideo() throws {
    let expected = DatasetItem(path: "a b.mp4", seconds: 1.5..<12, labels: [.number(3)], line: 1)
    #expect(try item("a b.mp4 1.5 12 3") == expected)
    #expect(try item("a b.mp4\t1.5\t12\t3") == expected)
    #expect(try item("folder/0001 0 10 3").seconds == 0..<10)
  }

  @Test func tabsSplitBeforeBlanksDo() throws {
    #expect(try item("a b 1 2 3.mp4\tdancing the tango").labels == [.name("dancing the tango")])
    #expect(try item("a b 1 2 3.mp4\tdancing the tango").path == "a b 1 2 3.mp4")
  }

  @Test func severalLabelsAreSeparatedByCommas() throws {
    #expect(try item("a.mp4 1,4,9").labels == [.number(1), .number(4), .number(9)])
    #expect(try item("a.mp4\tjump,run").labels == [.name("jump"), .name("run")])
    #expect(try item("a.mp4\tcook, then eat").labels == [.name("cook, then eat")])
    #expect(try item("a.mp4\t1, 4").labels == [.number(1), .number(4)])
  }

  @Test func aHashHasNoMeaningAndBlankLinesDoNotCount() throws {
    let list = try DatasetList(parsing: "#1.mp4 0\n\n  \r\n#2.mp4 1\r\n")
    #expect(list.items.map(\.path) == ["#1.mp4", "#2.mp4"])
    #expect(list.items.map(\.line) == [1, 4])
  }

  @Test func relativePathsBeginAtTheRoot() throws {
    #expect(try item("a.mp4 1", root: "/data/set").path == "/data/set/a.mp4")
    #expect(try item("a.mp4 1", root: "/data/set/").path == "/data/set/a.mp4")
    #expect(try item("/else/a.mp4 1", root: "/data/set").path == "/else/a.mp4")
  }

  @Test func theFormatOverridesTheGuess() throws {
    #expect(try item("videos 7", format: .path).path == "videos 7")
    #expect(try item("a 1 2 3", format: .pathLabel).path == "a 1 2")
    #expect(try item("name.with.dots v.2x", format: .pathLabel).labels == [.name("v.2x")])
    #expect(try item("a 1 2 3", format: .pathSecondsLabel).seconds == 1..<2)
  }

  @Test(arguments: [
    ("ok.mp4 1\nb.mp4\t3\t2\t0", 2, "empty"),
    ("b.mp4\tx\t2\t0", 1, "seconds"),
    ("b.mp4\t1\t2", 1, "3 columns"),
    ("a.mp4 -3", 1, "begin at 0"),
    ("a.mp4 1,,2", 1, "empty label"),
  ])
  func aBadLineIsNamedWithItsNumber(text: String, line: Int, word: String) throws {
    let error = try #require(throws: DatasetListError.self) { try DatasetList(parsing: text, name: "train.txt") }
    #expect(error.line == line)
    #expect(error.description.hasPrefix("train.txt:\(line): "))
    #expect(error.description.contains(word), "\(error)")
  }

  @Test func classMapsHoldNumbersAsTextOrAsNumbers() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("map-\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(#"{"archery": "0", "bowling": 1, "playing chess": "7"}"#.utf8).write(to: URL(fileURLWithPath: path))
    let map = try ClassMap(contentsOf: path)
    #expect(map.classCount == 8)
    let list = try DatasetList(parsing: "a.mp4\tplaying chess\nb.mp4\t3")
    #expect(try list.classes(map: map) == [[7], [3]])
    let wrong = try DatasetList(parsing: "a.mp4\tarchry")
    let error = try #require(throws: DatasetListError.self) { try wrong.classes(map: map, name: "val.txt") }
    #expect(error.description.contains("val.txt:1: ") && error.description.contains("archery"))
  }

  @Test func namesWithoutAMapAreNumberedAlphabetically() throws {
    let list = try DatasetList(parsing: "a.mp4 walk\nb.mp4 run\nc.mp4 walk\nd.mp4")
    #expect(try list.classes() == [[1], [0], [1], []])
    let mixed = try DatasetList(parsing: "a.mp4 walk\nb.mp4 3")
    #expect(throws: DatasetListError.self) { try mixed.classes() }
  }

  @Test func aMissingOrBinaryListIsRefusedInOneSentence() throws {
    #expect(throws: DatasetListError.self) { try DatasetList(contentsOf: "/nowhere/list.txt") }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("list-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0x00, 0xFF, 0xFE, 0x80]).write(to: URL(fileURLWithPath: path))
    #expect(throws: DatasetListError.self) { try DatasetList(contentsOf: path) }
  }
}
