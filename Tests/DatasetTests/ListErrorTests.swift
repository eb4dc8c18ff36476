import Foundation
import SluiceDatasets
import SluicePlatform
import TestSupport
import Testing

/// Lists that are not of their form are refused with file, line, what stands there and what is wanted.
@Suite struct ListErrorTests {
  private let files = Files()

  static let lists: [(text: String, name: String, format: String?, sentence: String)] = [
    (
      "v.mp4\ta\tb\t3\n", "l.txt", "path-seconds-label", "start and end are “a” and “b”, wanted: two numbers of seconds"
    ),
    (
      "v.mp4\t5\t2\t3\n", "l.txt", "path-seconds-label",
      "the part from 5 s to 2 s is empty or begins before the video; wanted: 0 ≤ start < end"
    ),
    (
      "v.mp4\tx\t3\n", "l.txt", "frame-folders",
      "“x” is no number of frames; wanted: path frames label, both numbers from 0"
    ),
    (
      "v.mp4\t0\t0\t3\n", "l.txt", "path-start-total-label",
      "the first frame and their number are “0” and “0”; wanted: a frame from 0 on, and how many there are, or -1 for all"
    ),
    ("v.mp4\t1,,2\n", "l.txt", "path-label", "an empty label; wanted: a class number or name"),
    ("v.mp4 -7\n", "l.txt", "path-label", "label -7; class numbers begin at 0 and end at"),
    (
      "v.mp4 # cat\n", "l.txt", "path-label",
      "a comment stands behind a sample; comments have lines of their own, which begin with #"
    ),
    ("v.mp4\t1\t2\n", "l.txt", "path-label", "3 columns separated by tabs; wanted: path label"),
    ("{\"a.mp4\": 3}", "l.json", "captions", "“a.mp4” has a number; wanted: a caption, or a list of captions"),
    (
      "{\"a.mp4\": [\"x\",\n 3]}", "l.json", "captions",
      "“a.mp4” has a list with a number; wanted: a caption, or a list of captions"
    ),
    ("{\"a.mp4\": []}", "l.json", "captions", "“a.mp4” has an empty list; wanted: a caption, or a list of captions"),
    ("{\"a.mp4\": null}", "l.json", "captions", "“a.mp4” has null; wanted: a caption, or a list of captions"),
    ("{\"a.mp4\": {\"x\": 1}}", "l.json", "captions", "“a.mp4” has an object; wanted: a caption"),
    (
      "{\"a\": \"x\",\n\"a.mp4\": \"y\"}", "l.json", "captions",
      "“a.mp4” is there twice; wanted: one entry for each video, with a list of its captions"
    ),
    ("{\"\": \"x\"}", "l.json", "captions", "an entry has no path in front of its caption"),
    (
      "[\"a.mp4\"]", "l.json", "captions",
      "the file is of the wrong kind, a list; wanted: an object from path to caption, or to captions"
    ),
    ("{\"a.mp4\": \"x\", \"b", "l.json", nil, "the end of a text is wanted, the end of the file stands here"),
    ("{\"a.mp4\": \"x\",", "l.json", nil, "a text in quotes is wanted, the end of the file stands here"),
    (
      "{\"sentences\": {\"video_id\": \"v1\"}}", "l.json", nil,
      "“sentences” is of the wrong kind, an object; wanted: a list of objects with a video and its caption"
    ),
    ("{\"annotations\": [\"x\"]}", "l.json", nil, "a sentence is of the wrong kind, a text; wanted: an object"),
    (
      "{\"sentences\": [{\"video_id\": \"v1\", \"caption\": 3}]}", "l.json", nil,
      "the sentence “v1” has a number as “caption”; wanted: a text"
    ),
    (
      "{\"annotations\": [{\"image_id\": null, \"caption\": \"x\"}]}", "l.json", nil,
      "the sentence “x” has null as “image_id”; wanted: a text"
    ),
    (
      "{\"annotations\": [{\"image_id\": \"\", \"caption\": \"x\"}]}", "l.json", nil,
      "the sentence “x” has no “video_id” or “image_id”"
    ),
    (
      "key,vid_key,video_id,sentence\nret0,msr1,,\"a dog\"\n", "l.csv", nil,
      "the row of the caption “a dog” names no video; wanted: video_id"
    ),
    (
      "videoid,contentUrl,duration,page_dir,name\n,u,d,p,a cat\n", "l.csv", nil,
      "the row of the caption “a cat” names no video; wanted: videoid"
    ),
    (
      "videoid,contentUrl,duration,page_dir,name\n12,u,d,,a cat\n", "l.csv", nil,
      "the row of the video 12 has no page_dir, which its path is made of"
    ),
    ("{\"videos\": [], \"info\": {}}", "l.json", nil, "“sentences” or “annotations” with captions are missing"),
    ("{\"videos\": []}", "l.json", "msrvtt", "no MSR-VTT file: “sentences” or “annotations” with captions are missing"),
    (
      "{\"sentences\": [{\"video_id\": \"v1\"}]}", "l.json", "msrvtt", "the sentence “v1” has no “caption”"
    ),
    ("[{\"label\": \"x\"}]", "l.json", "something", "an entry has no “id”"),
    ("[{\"vid_name\": \"a\", \"label\": -1}]", "l.json", "diving48", "label -1; wanted: a class number from 0"),
    ("v1.avi\n", "l.txt", "ucf", "neither a folder that is the class nor a number from 1 behind the path"),
    ("path,label\n,3\n", "l.csv", "csv", "2 fields; wanted: 2, the path among them"),
    (
      "path,start,end\na.mp4,5,2\n", "l.csv", "csv",
      "start and end are “5” and “2”; wanted: seconds with 0 ≤ start < end"
    ),
    ("path,label\na.mp4,-3\n", "l.csv", "csv", "label -3; class numbers begin at 0 and end at"),
    ("path,label\n\"a.mp4,3\n", "l.csv", "csv", "a quoted field that begins here is never closed"),
    (
      "path,label\n\"a\"b.mp4,3\n", "l.csv", "csv", "text stands behind a closing quote; double a quote within a field"
    ),
    ("video_id,caption\n1,2\n", "l.csv", "msrvtt", "no column “sentence”; there are: video_id, caption"),
    ("video_id,sentence\n1\n", "l.csv", "msrvtt", "the row has 1 fields, the header 2"),
    (
      "label,youtube_id,time_start,time_end,split\nx,abc,one,two,train\n", "l.csv", "kinetics",
      "the times are “one” and “two”; wanted: two numbers of seconds"
    ),
    (
      "label,youtube_id,time_start,time_end,split\nx,abc,1,2,train\n", "l.csv", "kinetics",
      "and their like; say with --root where the videos are"
    ),
    ("v.mp4 300 5\nw.mp4 20 0\n", "l.txt", nil, "it cannot be told how the list is written. It could be --format"),
  ]

  @Test(arguments: lists.indices) func aListThatIsNotOfItsFormIsRefused(number: Int) throws {
    let (text, name, format, wanted) = Self.lists[number]
    let found = sentence {
      let format = try format.flatMap { try AnnotationFormat.named($0) }
      _ = try files.list(text, name, format: format)
    }
    #expect(found.contains(wanted), "\(found)")
  }

  @Test func whatIsNoListIsRefused() throws {
    #expect(
      sentence { _ = try DatasetList(contentsOf: files("none.txt")) }.hasSuffix(
        "none.txt: there is no such list; check the path"))
    let text = try files.write("v.mp4 1\n", "list.txt")
    #expect(
      sentence { _ = try DatasetList(contentsOf: text, format: .videoFolders) }.hasSuffix(
        "is a file; the format video-folders is a folder"))
    try files.write([1], "videos/notes.txt")
    #expect(
      sentence { _ = try DatasetList(contentsOf: files("videos"), format: .videoFolders) }.contains(
        "no file in this folder has one of the endings .3gp, .apng, .avi"))
    #expect(
      sentence { _ = try DatasetList(contentsOf: files("videos"), format: AnnotationFormat.named("csv")) }.hasSuffix(
        "is a folder; the format csv is a file"))
    let missing = try files.list("none.mp4 1\n", root: files.path)
    #expect(
      sentence { try missing.requireFiles(tolerating: 0.1) }.hasSuffix(
        "none.mp4 is not there; 1 of 1 samples are missing, a share of 0.1 is tolerated. Correct the list, or say with "
          + "--root where its paths begin"))
    let manifest = sentence { _ = try DatasetManifest(compressed: [1, 2, 3], name: "data.zst") }
    #expect(manifest == "data.zst: is no manifest of a data set, or is damaged")
  }

  static let classes: [(text: String, sentence: String)] = [
    ("", "the file of classes is empty; wanted:"),
    ("# only\n# comments\n", "the file of classes holds comments only; wanted:"),
    ("{\"a\": }", "no class map: a value is wanted, “}” stands here; wanted:"),
    ("{\"a\": \"b\", \"c\": 1}", "class “a” has the number “b”; wanted: a whole number from 0"),
    ("id,name\n0,\n", "the row names no class"),
    ("id,name\nx,cat\n", "“x” is no number of a class; wanted: a whole number from 0"),
    ("{\"a\": -1}", "class “a” has the number -1; wanted: 0 to"),
    ("{\"a\": 0, \"b\": 0}", "the number 0 is that of “a” and of “b”"),
    ("id,name\n0,a\n1,a\n", "class “a” is there twice, as 0 and as 1"),
    ("id,name\n0,cafe\u{301}\n1,caf\u{E9}\n", "0 and 1, in different bytes that look the same"),
  ]

  @Test(arguments: classes.indices) func aClassMapThatIsNoneIsRefused(number: Int) throws {
    let (text, wanted) = Self.classes[number]
    let path = try files.write(text, "classes")
    let found = sentence { _ = try ClassMap(contentsOf: path) }
    #expect(found.contains(wanted), "\(found)")
  }

  @Test func labelsOutsideTheClassesAreRefused() throws {
    func labels(_ text: String, _ space: (DatasetList) throws -> ClassSpace, _ need: LabelNeed = .any) -> String {
      sentence {
        let list = try files.list(text, format: AnnotationFormat.named("path-label"))
        _ = try space(list).labels(of: list, wanting: need)
      }
    }
    func named(_ list: DatasetList) throws -> ClassSpace {
      try ClassSpace(of: list, map: ClassMap(numbers: ["cat": 0, "dog": 5]), count: 3, origin: "the checkpoint")
    }
    #expect(
      labels("a.mp4 dog\n", named).hasSuffix("class “dog” has the number 5; the checkpoint has 3 classes"))
    #expect(
      labels("a.mp4 catt\n", named).hasSuffix("is not among the 3 classes of the checkpoint; did you mean “cat”?"))
    #expect(
      labels("a.mp4 cat\n") { _ in ClassSpace(map: ClassMap(numbers: [:]), count: 3, origin: "the set") }.hasSuffix(
        "class “cat” has no number: the classes of the set are known by number only. Say with --classes which name is which "
          + "number"))
    #expect(labels("a.mp4 1,2\n", { try ClassSpace(of: $0) }, .one).hasSuffix("2 labels (1, 2); one is wanted"))
    #expect(
      labels("a.mp4 1\nb.mp4 cat\n") { try ClassSpace(of: $0) }.contains(
        "say with --classes which name is which number, or use one kind"))
  }
}
