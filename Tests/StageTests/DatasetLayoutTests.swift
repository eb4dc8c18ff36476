import Foundation
import SluiceDatasets
import SluiceSamples
import Testing

@Suite struct DatasetLayoutTests {
  private func list(_ text: String, _ name: String, root: String? = nil) throws -> DatasetList {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lists-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try DatasetList(opening: file.path, root: root)
  }

  @Test func captionsKeepTheOrderOfTheFile() throws {
    let json = #"{ "z/2.mp4" : "two \"dogs\", {one} cat" , "a/1": ["first, [1]", "se\u0063ond \\"], "b.webm":"" }"#
    let items = try list(json, "captions.json", root: "/data").items
    #expect(items.map(\.path) == ["/data/z/2.mp4", "/data/a/1.mp4", "/data/b.webm"])
    #expect(items.map(\.captions) == [["two \"dogs\", {one} cat"], ["first, [1]", "second \\"], [""]])
    #expect(try list("{}", "empty.json").items.isEmpty)
  }

  @Test func damagedCaptionsAreRefusedWithTheLine() {
    for text in [
      "", "[1]", "{\"a\"", "{\"a\": ", "{\"a\": 3}", "{\"a\": \"b\"\n\"c\": \"d\"}", "{\"a\": \"b", "{\"a\\", "{a: 1}",
    ] {
      #expect(throws: DatasetListError.self, "\(text)") { try list(text, "captions.json") }
    }
    let error = #expect(throws: DatasetListError.self) { try list("{\"a\": \"b\"\n\"c\": \"d\"}", "captions.json") }
    #expect(error?.line == 2)
  }

  @Test func videosOfMSRVTTGetAllTheirCaptions() throws {
    let original = #"""
      {"info": {}, "videos": [{"video_id": "video0", "split": "train"}],
       "sentences": [{"sen_id": 1, "video_id": "video1", "caption": "a"}, {"sen_id": 0, "video_id": "video0", "caption": "b"},
                     {"sen_id": 2, "video_id": "video1", "caption": "c"}]}
      """#
    let items = try list(original, "MSRVTT.json", root: "v").items
    #expect(items.map(\.path) == ["v/video1.mp4", "v/video0.mp4"] && items.map(\.captions) == [["a", "c"], ["b"]])
    let repacked = #"{"annotations": [{"image_id": "video7", "caption": "d", "id": 3}], "images": [{"id": "video7"}]}"#
    #expect(try list(repacked, "MSR_VTT.json").items.map(\.captions) == [["d"]])
    let test = "key,vid_key,video_id,sentence\nret0,msr9770,video9770,\"a person, connecting\"\n"
    let one = try list(test, "test.csv").items
    #expect(one.map(\.path) == ["video9770.mp4"] && one.map(\.captions) == [["a person, connecting"]])
  }

  @Test func rowsOfWebVidBecomePaths() throws {
    let csv =
      "videoid,contentUrl,duration,page_dir,name\n21179416,https://x,PT00H00M11S,006001_006050,\"A \"\"dog\"\",\nrunning\"\n"
    let items = try list(csv, "webvid.csv", root: "w").items
    #expect(items.map(\.path) == ["w/006001_006050/21179416.mp4"] && items.map(\.captions) == [["A \"dog\",\nrunning"]])
    let short = #expect(throws: DatasetListError.self) {
      try list("videoid,contentUrl,duration,page_dir,name\n1,2\n", "webvid.csv")
    }
    #expect(short?.line == 2)
  }

  @Test func foldersOfImagesAreListedByClass() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for name in ["dog/b.JPEG", "dog/a.png", "cat/deep/c.jpg", "cat/readme.txt"] {
      let file = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data([1]).write(to: file)
    }
    let list = try DatasetList(opening: root.path)
    #expect(list.items.map { $0.path.dropFirst(root.path.count + 1) } == ["cat/deep/c.jpg", "dog/a.png", "dog/b.JPEG"])
    #expect(try list.classes(map: nil) == [[0], [1], [1]])

    let frames = root.appendingPathComponent("list.txt").path
    try "dog 2 5\ncat 1 0\n".write(toFile: frames, atomically: true, encoding: .utf8)
    let folders = try DatasetList(opening: frames, root: root.path)
    #expect(folders.items.map(\.frameCount) == [2, 1] && folders.items.map(\.labels) == [[.number(5)], [.number(0)]])
  }

  @Test func whatIsNotThereIsNamed() {
    let error = #expect(throws: DatasetListError.self) { try DatasetList(opening: "/nowhere/list.txt") }
    #expect(error?.description.contains("/nowhere/list.txt") == true)
  }
}
