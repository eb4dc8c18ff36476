import Foundation
import SluiceDatasets
import Testing

/// Lists of lines.
@Suite struct DatasetListTests {
  private func item(_ line: String, format: AnnotationFormat = .lines, root: String? = nil) throws -> DatasetItem {
    let list = try DatasetList(parsing: line, root: root, format: format)
    return try #require(list.items.first)
  }

  @Test func aPathAloneHasNoLabel() throws {
    #expect(try item("clips/swim.mp4") == DatasetItem(path: "clips/swim.mp4", line: 1))
    #expect(try item("my clips/swim fast.mp4").path == "my clips/swim fast.mp4")
  }

  @Test func pathsOfVideoMAEsListsGetTheirEnding() throws {
    #expect(try item("abseiling/k3 0 12", format: .pathLabelExtra).path == "abseiling/k3.mp4")
    #expect(try item("k3 0", format: .pathLabelExtra, root: "/videos").path == "/videos/k3.mp4")
    #expect(try item("v.1/k3.webm 0", format: .pathLabelExtra).path == "v.1/k3.webm")
    // What is there keeps its name: a folder of images.
    #expect(try item("/tmp 0", format: .pathLabelExtra).path == "/tmp")
    #expect(try item("k3 0", format: .pathLabel).path == "k3")
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

  @Test func linesThatBeginWithAHashAndBlankLinesDoNotCount() throws {
    let list = try DatasetList(parsing: "# train\n#old.mp4 0\n\n  \r\na.mp4 1\r\n  # end\n./#2.mp4 0")
    #expect(list.items.map(\.path) == ["a.mp4", "./#2.mp4"])
    #expect(list.items.map(\.line) == [5, 7])
  }

  @Test(arguments: ["a.mp4 3 # good", "a.mp4 3 #good", "a.mp4 # good", "a.mp4\t#"])
  func aCommentBehindASampleIsNoClass(line: String) throws {
    let error = try #require(throws: DatasetListError.self) { try item(line) }
    #expect(error.description.contains("comment"))
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
    ("a.mp4 1\nb.mp4 4000000000", 2, "label 4000000000"),
    ("a.mp4 9223372036854775807", 1, "999999"),
    ("a.mp4 99999999999999999999999", 1, "999999"),
    ("a.mp4 1 inf 3 2\nb.mp4\tnan\t2\t1", 2, "seconds"),
  ])
  func aBadLineIsNamedWithItsNumber(text: String, line: Int, word: String) throws {
    let error = try #require(throws: DatasetListError.self) { try DatasetList(parsing: text, name: "train.txt") }
    #expect(error.line == line)
    #expect(error.description.hasPrefix("train.txt:\(line): "))
    #expect(error.description.contains(word), "\(error)")
  }

  @Test func severalListsKeepFileAndLineOfEverySample() throws {
    let first = try DatasetList(parsing: "a.mp4 1\nb.mp4 2", name: "one.txt")
    let second = try DatasetList(parsing: "\nc.mp4 3", name: "two.txt")
    let joined = DatasetList(joining: [first, second])
    #expect(joined.items.map(\.path) == ["a.mp4", "b.mp4", "c.mp4"])
    #expect(joined.items.map { joined.error($0, "x").description } == ["one.txt:1: x", "one.txt:2: x", "two.txt:2: x"])
  }
}

/// Lists are bytes.
@Suite struct ListBytesTests {
  private let files = Files()

  @Test(arguments: ["\u{2028}", "\u{85}", "\u{0B}", "\u{0C}", "\u{A0}", "\u{3000}"])
  func charactersThatUnicodeCallsLineEndsOrBlanksArePartsOfPaths(character: String) throws {
    let list = try files.list("a\(character)b.mp4 3\n\(character)lead.mp4 4\n")
    #expect(list.items.map(\.path) == ["a\(character)b.mp4", "\(character)lead.mp4"])
    #expect(list.items.map(\.labels) == [[.number(3)], [.number(4)]])
    #expect(list.items.map(\.line) == [1, 2])
  }

  @Test func linesEndAtEachKindOfLineEnd() throws {
    let list = try files.list("a.mp4 0\r\nb.mp4 1\rc.mp4 2\n\r\nd.mp4 3")
    #expect(list.items.map(\.path) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4"])
    #expect(list.items.map(\.line) == [1, 2, 3, 5])
  }

  @Test func pathsThatOnlyLookTheSameStayTwo() throws {
    let list = try files.list("cafe\u{301}.mp4 0\ncaf\u{E9}.mp4 0\n")
    #expect(list.items.map { Array($0.path.utf8) } == [Array("cafe\u{301}.mp4".utf8), Array("caf\u{E9}.mp4".utf8)])
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstPath() throws {
    #expect(try files.list("\u{FEFF}a.mp4 1\n").items.map { Array($0.path.utf8) } == [Array("a.mp4".utf8)])
  }

  @Test(arguments: [
    ([UInt8]("a.mp4 0\n".utf8) + [0xFF, 0x41, 0x0A], 2, "UTF-8"),
    ([0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00], 1, "UTF-16"),
    ([UInt8]("a.mp4\nb\u{0}.mp4\n".utf8), 2, "zero byte"),
    ([UInt8]("a.mp4 0\nb.mp4 1\n".utf8) + [0xC3], 3, "the end of the file cuts a character of UTF-8 in two"),
    ([UInt8]("{\"a.mp4\": \"".utf8) + [0xF0, 0x9F, 0x91], 1, "the rest of the list is missing"),
    ([UInt8]("a.mp4 0\n".utf8) + [0xFF], 2, "is no UTF-8 text (byte 8 is 0xFF)"),
  ])
  func whatIsNoTextIsNamedWithItsLine(bytes: [UInt8], line: Int, word: String) throws {
    let path = try files.write(bytes, "list.txt")
    let error = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: path) }
    #expect(error.line == line && error.description.contains(word), "\(error)")
  }

  @Test func pipesAndDevicesAreRefusedAtOnce() throws {
    #expect(mkfifo(files("pipe.txt"), 0o600) == 0)
    let pipe = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: files("pipe.txt")) }
    #expect(pipe.description == "\(files("pipe.txt")): is a pipe; a file is wanted")
    let device = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: "/dev/zero") }
    #expect(device.description.contains("is a device"))
    let classes = try #require(throws: DatasetListError.self) { try ClassMap(contentsOf: files("pipe.txt")) }
    #expect(classes.description.contains("is a pipe"))
  }

  @Test(arguments: ["", "\n\n  \n", "# nothing\n"]) func aListWithoutSamplesIsRefused(text: String) throws {
    let error = try #require(throws: DatasetListError.self) { try files.list(text) }
    #expect(error.description.contains("wanted: one path on each line"))
  }

  @Test func aMissingListIsNamed() throws {
    let error = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: "/nowhere/list.txt") }
    #expect(error.description.contains("/nowhere/list.txt"))
  }

  @Test func anyBytesAreReadOrRefused() throws {
    // Mutations of a list with every form of line; nothing may trap.
    let base = Array("a.mp4 1\n\u{E9} b.mp4\t2,3\nc 0.5 1e3 x,y\n# no\nfolder 12 3\r\nd.mp4 -1 7 8\n\"q\",4\n".utf8)
    var random = SystemRandomNumberGenerator()
    var read = 0
    for round in 0..<2000 {
      var bytes = base
      for _ in 0...(round % 6) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: Int.random(in: bytes.indices, using: &random))
        default:
          bytes.insert(UInt8.random(in: 0...127, using: &random), at: Int.random(in: bytes.indices, using: &random))
        }
      }
      let path = try files.write(bytes, "fuzz.txt")
      for format in [nil] + AnnotationFormat.all.map(Optional.some) {
        read += (try? DatasetList(contentsOf: path, format: format))?.items.count ?? 0
      }
      _ = try? ClassMap(contentsOf: path)
    }
    #expect(read > 1000)
  }
}
