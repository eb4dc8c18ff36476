import Foundation
import SluiceDatasets
import TestSupport
import Testing

/// Videos that are chosen of a list, and paths that are made by a template.
@Suite struct SelectionTests {
  private let files = Files()
  private static let sentences = #"""
    {"sentences": [{"video_id": "video2", "caption": "a"}, {"video_id": "video1", "caption": "b"},
      {"video_id": "video3", "caption": "c"}, {"video_id": "video2", "caption": "d"}]}
    """#
  private static let webvid =
    "videoid,contentUrl,duration,page_dir,name\n1021179416,u,PT,001_002,one\n12,u,PT,003_004,two\n"

  private func selection(_ text: String, _ name: String = "only.txt") throws -> VideoSelection {
    try VideoSelection(contentsOf: files.write(text, name))
  }

  private func chosen(_ text: String, _ name: String = "only.txt", root: String? = nil) throws -> DatasetList {
    let list = try files.write(Self.sentences, "MSRVTT.json")
    return try DatasetList(contentsOf: list, root: root, only: selection(text, name))
  }

  @Test(arguments: [
    ("video_id\nvideo3\nvideo2\n", "only.csv"), ("\u{FEFF}video_id\r\nvideo3\r\n\r\nvideo2\r\n", "bom.csv"),
    ("key,video_id,split\n1,video3,t\n2,video2,t\n", "more.csv"), ("video3\n# no\n\n  video2\nvideo3\n", "only.txt"),
    ("video2.mp4\nvideos/video3.mp4\n", "paths.txt"), ("path\nvideo2.mp4\nvideos/video3\n", "table.csv"),
  ])
  func aListKeepsItsOrderAndItsCaptions(text: String, name: String) throws {
    let list = try chosen(text, name, root: "videos")
    #expect(list.items.map(\.path) == ["videos/video2.mp4", "videos/video3.mp4"], "\(list.items)")
    #expect(list.items.map(\.captions) == [["a", "d"], ["c"]] && list.notes.isEmpty)
  }

  @Test func videosOfEveryFormatAreChosenByTheirPaths() throws {
    let lines = try files.write("dir/a b.mp4 1\ndir/c.mp4 2\nother/c.mp4 3\n", "list.txt")
    func labels(_ names: String) throws -> [DatasetLabel] {
      try DatasetList(contentsOf: lines, root: "/data", only: selection(names)).items.flatMap(\.labels)
    }
    #expect(try labels("a b\n") == [.number(1)])
    #expect(try labels("dir/c\n") == [.number(2)])
    #expect(try labels("/data/other/c.mp4\n") == [.number(3)])
    #expect(try labels("c\n") == [.number(2), .number(3)])
    let webvid = try files.write(Self.webvid, "webvid.csv")
    let items = try DatasetList(
      contentsOf: webvid, only: selection("videoid\n12\n"), pathTemplate: PathTemplate("{page_dir}/clip.mp4")
    ).items
    #expect(items.map(\.path) == ["003_004/clip.mp4"])
  }

  @Test func namesThatTheListLacksAreCountedAndNamed() throws {
    let list = try chosen("video1\nvideo8\nvideo9\n")
    #expect(list.items.map(\.path) == ["video1.mp4"])
    let note = try #require(list.notes.first)
    #expect(note.hasPrefix("2 of the 3 videos of ") && note.hasSuffix("MSRVTT.json: “video8”, “video9”"), "\(note)")
    #expect(DatasetList(joining: [list, try chosen("video2\n")]).notes == [note])
  }

  static let bad: [(text: String, name: String, sentence: String)] = [
    ("[\"video1\"]", "a.json", "is JSON; wanted: a table with a column “video_id”, or a name on each line"),
    ("video_id\n", "a.csv", "names no video; wanted: a column “video_id”, or a name on each line"),
    ("key,video_id\n1,\n", "b.csv", "the row names no video to choose"),
    ("key,clip\n1,video1\n", "c.csv", "no column “video_id”; there are: key, clip"),
    (
      "video7\nvideo8\n", "d.txt",
      "MSRVTT.json: it names “video7”, and the list begins with “video2.mp4”"
    ),
  ]

  @Test(arguments: bad.indices) func aSelectionThatIsNoneIsRefused(number: Int) {
    let (text, name, wanted) = Self.bad[number]
    let found = sentence { _ = try chosen(text, name) }
    #expect(found.contains(wanted) && found.contains(name), "\(found)")
  }

  @Test func aSelectionIsNoList() throws {
    let found = sentence { _ = try files.list("video_id\nvideo1\nvideo2\n", "MSRVTT_train.9k.csv") }
    #expect(
      found.contains("it chooses among those of another list. Give that one, and this file to --only"), "\(found)")
  }

  @Test(arguments: [
    ("{videoid without its last 4 digits}/{videoid}.mp4", ["102117/1021179416.mp4", "12.mp4"]),
    ("{videoid}.webm", ["1021179416.webm", "12.webm"]),
    ("/all/{page_dir}/{videoid without its last 1 digit}x", ["/all/001_002/102117941x", "/all/003_004/1x"]),
    ("{name}/{ videoid }", ["one/1021179416", "two/12"]),
  ])
  func pathsAreMadeOfColumns(template: String, paths: [String]) throws {
    let list = try files.write(Self.webvid, "webvid.csv")
    let items = try DatasetList(contentsOf: list, pathTemplate: PathTemplate(template)).items
    #expect(items.map(\.path) == paths && items.map(\.captions) == [["one"], ["two"]])
    // A column that no path is made of may be missing.
    if !template.contains("page_dir") {
      let other = try files.write(Self.webvid.replacingOccurrences(of: "page_dir", with: "page"), "other.csv")
      #expect(try DatasetList(contentsOf: other, pathTemplate: PathTemplate(template)).items.map(\.path) == paths)
    }
  }

  @Test func videosOfMSRVTTHaveATemplateToo() throws {
    let json = try files.write(Self.sentences, "MSRVTT.json")
    let template = try PathTemplate("videos/{video_id}.avi")
    #expect(
      try DatasetList(contentsOf: json, pathTemplate: template).items.map(\.path) == [
        "videos/video2.avi", "videos/video1.avi", "videos/video3.avi",
      ])
    let table = try files.write("key,vid_key,video_id,sentence\nret0,msr1,video1,\"a, b\"\n", "test.csv")
    let keyed = try DatasetList(contentsOf: table, pathTemplate: PathTemplate("{vid_key}/{video_id}.mp4"))
    #expect(keyed.items.map(\.path) == ["msr1/video1.mp4"])
    #expect(
      sentence { _ = try DatasetList(contentsOf: json, pathTemplate: PathTemplate("{vid_key}.mp4")) }.hasSuffix(
        "the template “{vid_key}.mp4” names vid_key; this JSON has only video_id for paths"))
  }

  @Test func aTemplateIsForListsWhosePathsAreMadeOfColumns() throws {
    let captions = try files.write(#"{"a.mp4": "b"}"#, "captions.json")
    var template = try PathTemplate("{videoid}.mp4")
    #expect(
      sentence { _ = try DatasetList(contentsOf: captions, pathTemplate: template) }.hasSuffix(
        "its format, captions, has paths of its own, and the template “{videoid}.mp4” no effect. Leave --path-template "
          + "out; it is for the formats webvid and msrvtt"))
    template.isRequired = false
    #expect(try DatasetList(contentsOf: captions, pathTemplate: template).items.map(\.path) == ["a.mp4"])
    let list = try files.write(Self.webvid, "webvid.csv")
    #expect(
      sentence { _ = try DatasetList(contentsOf: list, pathTemplate: PathTemplate("{video}.mp4")) }.hasSuffix(
        "no column “video”; there are: videoid, contentUrl, duration, page_dir, name"))
  }

  @Test(arguments: [
    ("{videoid.mp4", "“{videoid.mp4”: a brace has no counterpart; wanted: names of columns between { and }"),
    ("videoid}.mp4", "a brace has no counterpart"), ("{a{b}}", "a brace has no counterpart"),
    ("{ }/{videoid}", "no name of a column stands between its braces"),
    ("clips/all.mp4", "it names no column, and every video would be the same file; wanted: one such as {videoid}.mp4"),
    (
      "{videoid without last 4 digits}",
      "“videoid without last 4 digits” is no field; wanted: {videoid}, or {videoid without its last 4 digits}"
    ),
    ("{videoid without its last 0 digits}", "is no field"), ("{videoid without its last x digits}", "is no field"),
    ("{without its last 4 digits}", "is no field"), ("", "it names no column"),
  ])
  func aTemplateThatIsNoneIsRefused(template: String, wanted: String) {
    let found = sentence { _ = try PathTemplate(template) }
    #expect(found.hasPrefix("path template “\(template)”") && found.contains(wanted), "\(found)")
  }
}
