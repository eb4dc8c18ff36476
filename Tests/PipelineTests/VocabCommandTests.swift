import Foundation
import SluiceText
import TestSupport
import Testing

/// `sluice vocab`, as a user sees it.
@Suite struct VocabCommandTests {
  private let folder = TemporaryFolder()

  private static let captions = [
    "A red disc moves left.", "a red disc goes up, then left", "the café’s blue square moves up", "two dogs",
  ]

  private func run(_ arguments: String...) throws -> SluiceProgram.Result {
    try SluiceProgram.run(["vocab"] + arguments, in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: folder(name))), as: UTF8.self)
  }

  /// The captions as an object from path to caption.
  private func captionList() throws -> String {
    let entries = Self.captions.enumerated().map { "\"v\($0).mp4\": \"\($1)\"" }
    return try folder.write("{\(entries.joined(separator: ",\n"))}", "train.json")
  }

  @Test func aVocabularyIsTheSameBytesEachTime() throws {
    _ = try captionList()
    let first = try run("train.json", "--out", "a.txt", "--size", "60")
    try #require(first.status == 0, "\(first.errors)")
    #expect(first.output.hasPrefix("a.txt: 60 tokens from 4 captions, which are "), "\(first.output)")
    #expect(first.output.hasSuffix(" at most\n"))
    #expect(first.errors == "")
    let vocabulary = try Vocabulary(contentsOf: folder("a.txt"))
    #expect(vocabulary.count == 60)
    #expect(vocabulary == (try Vocabulary.learned(from: Self.captions, size: 60)))
    for _ in 0..<3 {
      #expect(try run("train.json", "--out", "b.txt", "--size", "60").status == 0)
      #expect(try text("b.txt") == text("a.txt"))
    }
    // What was there before is replaced, and nothing is left beside it.
    _ = try folder.write("old", "b.txt")
    #expect(try run("train.json", "--out", "b.txt", "--size", "60").status == 0)
    #expect(try text("b.txt") == text("a.txt"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.txt", "b.txt", "train.json"])
  }

  @Test func everyFormatWithCaptionsGivesTheSameVocabulary() throws {
    let wanted = try Vocabulary.learned(from: Self.captions, size: 70).fileText
    let quoted = Self.captions.map { "\"\($0)\"" }
    func rows(_ header: String, _ row: (Int, String) -> String) -> String {
      ([header] + quoted.enumerated().map(row)).joined(separator: "\n") + "\n"
    }
    func objects(_ object: (Int, String) -> String) -> String {
      quoted.enumerated().map { "{\(object($0, $1))}" }.joined(separator: ",")
    }
    let lists: [(name: String, text: String, format: String)] = [
      (
        "c.json", "{\"v0\": [\(quoted[0]), \(quoted[1])], \"v2\": \(quoted[2]), \"v3\": \(quoted[3])}",
        "captions"
      ),
      ("w.csv", rows("videoid,contentUrl,duration,page_dir,name") { "\($0),u,d,p,\($1)" }, "webvid"),
      ("m.json", "{\"sentences\": [\(objects { "\"video_id\": \"video\($0 / 2)\", \"caption\": \($1)" })]}", "msrvtt"),
      ("m.csv", rows("key,vid_key,video_id,sentence") { "ret\($0),msr\($0),video\($0),\($1)" }, "msrvtt"),
      ("t.csv", rows("path,label,caption") { "v\($0).mp4,\($0),\($1)" }, "csv"),
      (
        "s.json", "[\(objects { "\"id\": \"\($0)\", \"label\": \($1), \"template\": \"Moving [something]\"" })]",
        "something"
      ),
    ]
    for list in lists {
      _ = try folder.write(list.text, list.name)
      for format in [[], ["--format", list.format]] {
        let result = try SluiceProgram.run(
          ["vocab", list.name, "--out", "v.txt", "--size", "70", "--root", "nowhere"] + format, in: folder.path)
        #expect(result.status == 0, "\(list.name): \(result.errors)")
        #expect(try text("v.txt") == wanted, "\(list.name) \(format)")
      }
    }
    let wrong = try run("w.csv", "--out", "w.txt", "--size", "70", "--format", "webvit")
    #expect(wrong.status == 64 && wrong.errors.contains("Did you mean webvid?"), "\(wrong.errors)")
  }

  @Test func shardsAndSeveralListsGiveTheirCaptionsToo() throws {
    for number in Self.captions.indices { try folder.video("v\(number).mp4", frames: 3, seed: number) }
    let list = try captionList()
    let preprocessed = try SluiceProgram.run(["preprocess", list, "--root", folder.path, "--out", folder("set")])
    try #require(preprocessed.status == 0, "\(preprocessed.errors)")
    #expect(try run("set", "--out", "set.txt", "--size", "60").status == 0)
    #expect(try run("train.json", "--out", "list.txt", "--size", "60").status == 0)
    #expect(try text("set.txt") == text("list.txt"))
    #expect(try run("set", "train.json", "--out", "both.txt", "--size", "60").status == 0)
    #expect(
      try text("both.txt") == Vocabulary.learned(from: Self.captions + Self.captions, size: 60).fileText)
    // What chooses among the lines of lists does not among shards.
    _ = try folder.write("v1\n", "some.txt")
    for option in [["--only", "some.txt"], ["--path-template", "{videoid}.mp4"]] {
      let refused = try SluiceProgram.run(
        ["vocab", "set", "train.json", "--out", "none.txt", "--size", "60"] + option, in: folder.path)
      #expect(
        refused.status == 1
          && refused.errors.contains(
            "sluice vocab: \(option[0]) \(option[1]) is about lists, and set holds shards. Give the option to"),
        "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder("none.txt")))
    }
  }

  @Test func onlyChosenVideosOfTheListCount() throws {
    let rows = Self.captions.enumerated().map { "\($0),u,d,p,\"\($1)\"\n" }
    _ = try folder.write("videoid,contentUrl,duration,page_dir,name\n" + rows.joined(), "w.csv")
    _ = try folder.write("3\n1\n", "some.txt")
    let result = try run(
      "w.csv", "--only", "some.txt", "--path-template", "{videoid}.mp4", "--out", "some-vocab.txt", "--size", "50")
    #expect(result.status == 0, "\(result.errors)")
    let chosen = [Self.captions[1], Self.captions[3]]
    #expect(try text("some-vocab.txt") == Vocabulary.learned(from: chosen, size: 50).fileText)
    #expect(!result.errors.contains("are not in"), "\(result.errors)")
    _ = try folder.write("3\n1\nzebra\n", "more.txt")
    let more = try run(
      "w.csv", "--only", "more.txt", "--path-template", "{videoid}.mp4", "--out", "more-vocab.txt", "--size", "50")
    #expect(
      more.status == 0 && more.errors.contains("note: 1 of the 3 videos of more.txt are not in w.csv: “zebra”"),
      "\(more.errors)")
    #expect(try text("more-vocab.txt") == text("some-vocab.txt"))
  }

  @Test func whatIsNotAsAskedIsSaid() throws {
    _ = try folder.write(#"{"a": "a dog", "c": "", "d": "a dog"}"#, "few.json")
    _ = try folder.write("v0.mp4 1\nv1.mp4 0\n", "labels.txt")
    let few = try run("few.json", "labels.txt", "--out", "few.txt", "--size", "400")
    #expect(few.status == 0, "\(few.errors)")
    #expect(few.errors.contains("note: 2 of 5 samples have no caption."), "\(few.errors)")
    let count = try Vocabulary(contentsOf: folder("few.txt")).count
    #expect(few.errors.contains("note: no more than \(count) tokens are in these captions; --size 400 was asked for."))
    #expect(few.output.contains("\(count) tokens from 3 captions"), "\(few.output)")
    let small = try run("few.json", "--out", "small.txt", "--size", "8")
    #expect(small.status == 0)
    #expect(
      small.errors.contains("words are [UNK]: they are longer than 100 characters, or have rare ones that 8 tokens"))
    #expect(try Vocabulary(contentsOf: folder("small.txt")).count == 8)
  }

  @Test func whatCannotBeDoneIsRefusedAndNothingIsWritten() throws {
    _ = try captionList()
    _ = try folder.write("v0.mp4 1\nv1.mp4 0\n", "labels.txt")
    _ = try folder.write(#"{"a.mp4": "a dog", "b.mp4": 3}"#, "kinds.json")
    _ = try folder.write(#"{"a.mp4": "a dog", "b.m"#, "cut.json")
    _ = try folder.write(#"{"a.mp4": "", "b.mp4": "  "}"#, "empty.json")
    let refused: [(arguments: [String], status: Int32, sentence: String)] = [
      (
        ["labels.txt", "--out", "v.txt", "--size", "60"], 1,
        "sluice vocab: labels.txt: none of 2 samples has a caption. Name a list that has some, such as JSON from path to "
          + "caption, or say with --format how it is written"
      ),
      (["kinds.json", "--out", "v.txt", "--size", "60"], 1, "kinds.json:1: “b.mp4” has a number; wanted: a caption"),
      (["cut.json", "--out", "v.txt", "--size", "60"], 1, "sluice vocab: cut.json:1: "),
      (["none.json", "--out", "v.txt", "--size", "60"], 1, "none.json: there is no such list; check the path"),
      (["empty.json", "--out", "v.txt", "--size", "60"], 1, "captions: no word stands in 2 captions"),
      (["train.json", "--out", "v.txt", "--size", "5"], 1, "Ask for 6 or more, such as 400"),
      (
        ["train.json", "--out", "no/v.txt", "--size", "60"], 1, "no/v.txt: cannot be created: No such file or directory"
      ),
      (
        ["train.json", "--out", "./train.json", "--size", "60"], 1,
        "./train.json: is the list itself, and would be overwritten; name another file with --out"
      ),
      (["train.json", "--out", ".", "--size", "60"], 1, ".: cannot be written: Is a directory"),
      (["train.json", "--out", "v.txt", "--size", "0"], 64, "a whole number from 1 to 1000000 is wanted."),
      (["train.json", "--out", "v.txt"], 64, "Missing expected argument '--size <count>'"),
      (["train.json", "--size", "60"], 64, "Missing expected argument '--out <file>'"),
      (["--out", "v.txt", "--size", "60"], 64, "Missing expected argument '<list> ...'"),
    ]
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let list = try text("train.json")
    for (arguments, status, sentence) in refused {
      let result = try SluiceProgram.run(["vocab"] + arguments, in: folder.path)
      #expect(result.status == status && result.errors.contains(sentence), "\(arguments): \(result.errors)")
      #expect(result.output == "", "\(arguments)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    #expect(try text("train.json") == list)
  }
}
