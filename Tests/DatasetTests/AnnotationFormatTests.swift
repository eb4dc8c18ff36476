import Foundation
import SluiceDatasets
import Testing

/// The formats of data sets, told from their content.
@Suite struct AnnotationFormatTests {
  private let files = Files()

  @Test func everyFormatHasANameAndIsFoundByIt() throws {
    #expect(AnnotationFormat.all.count == Set(AnnotationFormat.all.map(\.name)).count)
    for format in AnnotationFormat.all {
      #expect(try AnnotationFormat.named(format.name) == format)
      #expect(AnnotationFormat.table.contains("\(format.name) ") && !format.summary.isEmpty)
    }
    #expect(try AnnotationFormat.named("automatic") == nil)
    let error = try #require(throws: UnknownFormatError.self) { try AnnotationFormat.named("kinetic") }
    #expect(error.description.contains("Did you mean kinetics?"))
  }

  @Test func captionsKeepTheOrderOfTheFile() throws {
    let json = #"{ "z/2.mp4" : "two \"dogs\", {one} cat" , "a/1": ["first, [1]", "se\u0063ond \\"], "b.webm":"" }"#
    let items = try files.list(json, "captions.json", root: "/data").items
    #expect(items.map(\.path) == ["/data/z/2.mp4", "/data/a/1.mp4", "/data/b.webm"])
    #expect(items.map(\.captions) == [["two \"dogs\", {one} cat"], ["first, [1]", "second \\"], [""]])
    #expect(throws: DatasetListError.self) { try files.list("{}", "empty.json") }
  }

  @Test func captionsOfPathsThatOnlyLookTheSameStayTwo() throws {
    let items = try files.list(#"{"cafe\#u{301}.mp4": "a", "caf\#u{E9}.mp4": "b"}"#, "captions.json").items
    #expect(items.map(\.captions) == [["a"], ["b"]])
  }

  @Test func damagedCaptionsAreRefusedWithTheLine() throws {
    for text in [
      "", "[1]", "{\"a\"", "{\"a\": ", "{\"a\": 3}", "{\"a\": \"b\"\n\"c\": \"d\"}", "{\"a\": \"b", "{\"a\\", "{a: 1}",
      #"{"a": "b"} c"#, #"{"a": "\ud800"}"#, #"{"a": "\x"}"#,
    ] {
      #expect(throws: DatasetListError.self, "\(text)") { try files.list(text, "captions.json") }
    }
    let error = #expect(throws: DatasetListError.self) {
      try files.list("{\"a\": \"b\"\n\"c\": \"d\"}", "captions.json")
    }
    #expect(error?.line == 2)
  }

  @Test func videosOfMSRVTTGetAllTheirCaptions() throws {
    let original = #"""
      {"info": {}, "videos": [{"video_id": "video0", "split": "train"}],
       "sentences": [{"sen_id": 1, "video_id": "video1", "caption": "a"}, {"sen_id": 0, "video_id": "video0", "caption": "b"},
                     {"sen_id": 2, "video_id": "video1", "caption": "c"}]}
      """#
    let items = try files.list(original, "MSRVTT.json", root: "v").items
    #expect(items.map(\.path) == ["v/video1.mp4", "v/video0.mp4"] && items.map(\.captions) == [["a", "c"], ["b"]])
    let repacked = #"{"annotations": [{"image_id": "video7", "caption": "d", "id": 3}], "images": [{"id": "video7"}]}"#
    #expect(try files.list(repacked, "MSR_VTT.json").items.map(\.captions) == [["d"]])
    let test = "key,vid_key,video_id,sentence\nret0,msr9770,video9770,\"a person, connecting\"\n"
    let one = try files.list(test, "test.csv").items
    #expect(one.map(\.path) == ["video9770.mp4"] && one.map(\.captions) == [["a person, connecting"]])
    let nameless = #"{"sentences":[{"sen_id":1,"caption":"x"}],"videos":[]}"#
    let error = try #require(throws: DatasetListError.self) { try files.list(nameless, "bad.json") }
    #expect(error.description.contains("“x” has no “video_id”"))
  }

  @Test func rowsOfWebVidBecomePaths() throws {
    let csv =
      "videoid,contentUrl,duration,page_dir,name\n21179416,https://x,PT00H00M11S,006001_006050,\"A \"\"dog\"\",\nrunning\"\n"
    let items = try files.list(csv, "webvid.csv", root: "w").items
    #expect(items.map(\.path) == ["w/006001_006050/21179416.mp4"] && items.map(\.captions) == [["A \"dog\",\nrunning"]])
    let short = #expect(throws: DatasetListError.self) {
      try files.list("videoid,contentUrl,duration,page_dir,name\n1,2\n", "webvid.csv")
    }
    #expect(short?.line == 2)
    let wrong = try #require(throws: DatasetListError.self) {
      try files.list("videoid,contentUrl,duration,page,name\n1,u,d,p,n\n", "wrong.csv")
    }
    #expect(
      wrong.line == 1 && wrong.reason == "no column “page_dir”; there are: videoid, contentUrl, duration, page, name")
    let nameless = try #require(throws: DatasetListError.self) {
      try files.list("id,contentUrl,duration,page_dir,name\n1,u,d,p,n\n", "wrong.csv")
    }
    #expect(nameless.reason == "no column “videoid”; there are: id, contentUrl, duration, page_dir, name")
  }

  @Test(arguments: [
    ("first line\u{2028}second line", "first line\u{2028}second line"), ("caf\u{85} name", "caf\u{85} name"),
    ("tab\u{0B}name", "tab\u{0B}name"), ("\"\u{200D} A red, car\"", "\u{200D} A red, car"),
    ("\"A \"\"quoted\"\", red car\"", "A \"quoted\", red car"),
  ])
  func captionsOfTablesAreReadAsBytes(field: String, caption: String) throws {
    let csv = "videoid,contentUrl,duration,page_dir,name\r\n1001,x,PT,p,\(field)\r\n1002,x,PT,p,plain name\r\n"
    let items = try files.list(csv, "webvid.csv").items
    #expect(items.map(\.captions) == [[caption], ["plain name"]])
    #expect(items.map(\.line) == [2, 3])
  }

  @Test func aQuoteThatIsNeverClosedIsNamedWithItsLine() throws {
    let error = try #require(throws: DatasetListError.self) {
      try files.list("videoid,page_dir,name\n1,a,ok\n2,b,\"open\n3,c,d\n", "w.csv")
    }
    #expect(error.line == 3)
  }

  @Test func foldersAreListedByClass() throws {
    for name in ["set/dog/b.JPEG", "set/dog/a.png", "set/cat/deep/c.jpg", "set/cat/readme.txt", "set/.hidden/x.png"] {
      try files.write([1], name)
    }
    let list = try DatasetList(contentsOf: files("set"))
    #expect(
      list.items.map { $0.path.dropFirst(files("set").count + 1) } == ["cat/deep/c.jpg", "dog/a.png", "dog/b.JPEG"])
    #expect(list.items.map(\.labels) == [[.name("cat")], [.name("dog")], [.name("dog")]])

    for name in ["videos/run/b.mp4", "videos/run/a.MKV", "videos/jump/c.webm", "videos/notes.txt"] {
      try files.write([1], name)
    }
    let videos = try DatasetList(contentsOf: files("videos"))
    #expect(
      videos.items.map { $0.path.dropFirst(files("videos").count + 1) } == ["jump/c.webm", "run/a.MKV", "run/b.mp4"])
    #expect(videos.items.map(\.labels) == [[.name("jump")], [.name("run")], [.name("run")]])

    try files.write([1], "videos/run/cover.jpg")
    let mixed = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: files("videos")) }
    #expect(mixed.description.contains("video-folders") && mixed.description.contains("image-folders"))
    #expect(try DatasetList(contentsOf: files("videos"), format: .videoFolders).items.count == 3)
    try files.write([1], "texts/notes.txt")
    #expect(throws: DatasetListError.self) { try DatasetList(contentsOf: files("texts")) }
  }

  @Test func foldersOfFramesHaveTheirNumber() throws {
    try files.write([1], "dog/1.jpg")
    let folders = try files.list("dog 2 5\ncat 1 0\n", root: files.path)
    #expect(folders.items.map(\.frameCount) == [2, 1] && folders.items.map(\.labels) == [[.number(5)], [.number(0)]])
    // Without the folder there is still nothing else that it could be.
    #expect(try files.list("fish/01 300 5\nfish/02 20 0\n").items.map(\.frameCount) == [300, 20])
    let ambiguous = try #require(throws: DatasetListError.self) { try files.list("v.mp4 300 5\nw.mp4 20 0\n") }
    #expect(ambiguous.description.contains("frame-folders") && ambiguous.description.contains("path-label-extra"))
    #expect(try files.list("v.mp4 300 5\n", format: .pathLabelExtra).items[0].labels == [.number(300)])
  }

  @Test func framesAreToldFromSecondsOrAsked() throws {
    // Parts that are empty as seconds, or totals of -1, are frames.
    let frames = try files.list("v.mp4 0 -1 5\nw.mp4 0 300 6\n").items
    #expect(frames.map(\.part) == [nil, .frames(0..<300)] && frames.map(\.labels) == [[.number(5)], [.number(6)]])
    #expect(try files.list("v.mp4 0 -1\nw.mp4 0 -1\n").items.map(\.labels) == [[], []])
    // Where every line begins with frame 1, that is the first one.
    #expect(try files.list("a/1 1 40 5\na/2 1 1 6\n").items.map(\.part) == [.frames(0..<40), .frames(0..<1)])
    // Parts that begin anywhere, or have fractions, are seconds.
    #expect(try files.list("v.mp4 0 2 5\nv.mp4 2 4 6\n").items.map(\.seconds) == [0..<2, 2..<4])
    #expect(try files.list("v.mp4 0.0 2.0 5\n").items.map(\.seconds) == [0..<2])
    #expect(try files.list("v.mp4 100 200 1\n").items.map(\.seconds) == [100..<200])

    let error = try #require(throws: DatasetListError.self) { try files.list("v.mp4 0 300 5\nw.mp4 0 200 1\n") }
    #expect(error.description.contains("path-seconds-label") && error.description.contains("path-start-total-label"))
    try files.write([1], "v.mp4")
    let facts: (Int, Double) -> MediaFacts.Probe = { count, seconds in
      { _ in MediaFacts(frameCount: count, seconds: seconds) }
    }
    let text = "v.mp4 0 300 5\nw.mp4 0 200 1\n"
    #expect(try files.list(text, root: files.path, probe: facts(300, 10)).items[0].part == .frames(0..<300))
    #expect(try files.list(text, root: files.path, probe: facts(9000, 360)).items[0].seconds == 0..<300)
    #expect(try files.list(text, format: .pathSecondsLabel).items[0].seconds == 0..<300)
    #expect(try files.list(text, format: .pathStartTotalLabel).items[0].part == .frames(0..<300))
  }

  @Test func columnsBehindTheLabelMayBeLeftUnread() throws {
    let items = try files.list("a.mp4 3 some words\nb.mp4 4 other words here\n").items
    #expect(items.map(\.path) == ["a.mp4", "b.mp4"] && items.map(\.labels) == [[.number(3)], [.number(4)]])
  }

  @Test func commasSplitPathAndLabel() throws {
    let items = try files.list("a b.mp4,3\nc.mp4,4\n", "list.csv").items
    #expect(items.map(\.path) == ["a b.mp4", "c.mp4"] && items.map(\.labels) == [[.number(3)], [.number(4)]])
    #expect(try files.list("frames/01,3\nframes/02,4\n").items.map(\.path) == ["frames/01", "frames/02"])
    #expect(try files.list("a.mp4,run\n\"b, c.mp4\",jump\n").items.map(\.labels) == [[.name("run")], [.name("jump")]])
    let table = try files.list("path,label,start,end,caption\n\"x,y.mp4\",run,1,2.5,\"a, b\"\n", "t.csv").items
    #expect(table.map(\.path) == ["x,y.mp4"] && table[0].seconds == 1..<2.5 && table[0].captions == ["a, b"])
    // Labels of one sample stay what they are.
    #expect(
      try files.list("a.mp4 1,4\nb.mp4 2,3\n").items.map(\.labels) == [
        [.number(1), .number(4)], [.number(2), .number(3)],
      ])
  }

  @Test func listsOfUCFHaveTheirFolderAsClass() throws {
    let train = try files.list("Archery/v_Archery_g08_c01.avi 1\nBowling/v_Bowling_g09_c02.avi 2\n").items
    #expect(train.map(\.labels) == [[.name("Archery")], [.name("Bowling")]])
    let test = try files.list("Bowling/v_Bowling_g01_c01.avi\n", root: files.path).items
    #expect(test.map(\.labels) == [[.name("Bowling")]] && test[0].path == files("Bowling/v_Bowling_g01_c01.avi"))
    #expect(try files.list("a.avi 1\nb.avi 2\n", format: .ucf).items.map(\.labels) == [[.number(0)], [.number(1)]])
    #expect(throws: DatasetListError.self) { try files.list("a.avi\n", format: .ucf) }
  }

  @Test func kineticsNamesAreFoundAsTheyWereSaved() throws {
    let csv = "label,youtube_id,time_start,time_end,split\nplaying, chess,x,1,2,t\n"
    let error = try #require(throws: DatasetListError.self) { try files.list(csv, "k.csv", root: files.path) }
    #expect(error.line == 2)
    let rows = """
      label,youtube_id,time_start,time_end,split
      "cook, eat",gone1234567,3,13,train
      playing chess,abc-_1234567,10,20,train

      """
    let missing = try #require(throws: DatasetListError.self) { try files.list(rows, "k.csv", root: files.path) }
    #expect(missing.description.contains("cook, eat/gone1234567_000003_000013.mp4"))
    try files.write([1], "playing chess/abc-_1234567_000010_000020.mp4")
    let items = try files.list(rows, "k.csv", root: files.path).items
    #expect(items.map(\.labels) == [[.name("cook, eat")], [.name("playing chess")]])
    #expect(items[1].path == files("playing chess/abc-_1234567_000010_000020.mp4") && items[1].part == nil)

    let whole = Files()
    try whole.write([1], "abc-_1234567.webm")
    let parts = try whole.list(rows, "k.csv", root: whole.path).items
    #expect(parts[1].path == whole("abc-_1234567.webm") && parts[1].seconds == 10..<20)
    let unlabelled = "youtube_id,time_start,time_end,split\nabc-_1234567,10,20,test\n"
    #expect(try whole.list(unlabelled, "t.csv", root: whole.path).items[0].labels.isEmpty)
  }

  @Test func somethingSomethingHasTemplatesAsClasses() throws {
    let json = #"""
      [{"id": "78687", "label": "holding potato next to vicks", "template": "Holding [something] next to [something]",
        "placeholders": ["potato", "vicks"]},
       {"id": "42", "label": "pushing a cup", "template": "Pushing [something]", "placeholders": ["a cup"]}]
      """#
    let items = try files.list(json, "train.json", root: "v").items
    #expect(items.map(\.path) == ["v/78687.webm", "v/42.webm"])
    #expect(items.map(\.labels) == [[.name("Holding something next to something")], [.name("Pushing something")]])
    #expect(items.map(\.captions) == [["holding potato next to vicks"], ["pushing a cup"]])
    #expect(try files.list(#"[{"id": "1420"}, {"id": "7"}]"#, "test.json").items.map(\.labels) == [[], []])
    try files.write([1], "42.mp4")
    #expect(try files.list(json, "train.json", root: files.path).items[1].path == files("42.mp4"))
  }

  @Test func divingListsHaveNumbers() throws {
    let json =
      #"[{"vid_name": "a_00", "label": 31, "start_frame": 0, "end_frame": 158}, {"vid_name": "b", "label": 0}]"#
    let items = try files.list(json, "Diving48_V2_train.json").items
    #expect(items.map(\.path) == ["a_00.mp4", "b.mp4"] && items.map(\.labels) == [[.number(31)], [.number(0)]])
  }

  @Test(arguments: [
    ("[{\"path\": \"a.mp4\"}]", "a.json", "captions"), ("3", "n.json", "this JSON, a number, is of no format"),
    ("\"a.mp4\"", "t.json", "this JSON, a text, is of no format"), ("[\"a.mp4\"]", "l.json", "this JSON, a list,"),
    ("[[1]]", "b.json", "something"),
    ("one,two\n1,2\n", "c.csv", "kinetics"),
  ])
  func whatCannotBeToldSaysWhatItCouldBe(text: String, name: String, word: String) throws {
    let error = try #require(throws: DatasetListError.self) { try files.list(text, name) }
    #expect(error.description.contains(word), "\(error)")
  }

  /// Several labels behind a path, and a list of objects with `filename`: what frameworks read besides the published lists.
  @Test func listsOfOtherFrameworksAreRefusedByTheFormatsThatTheyCouldBe() throws {
    let several = try #require(throws: DatasetListError.self) { try files.list("a.mp4 1 3\nb.mp4 2 5\n") }
    #expect(
      several.description.contains("frame-folders") && several.description.contains("path-label-extra"), "\(several)")
    let json = #"[{"filename": "a.mp4", "label": [0, 3]}, {"filename": "b.mp4", "label": [1]}]"#
    let unknown = try #require(throws: DatasetListError.self) { try files.list(json, "kinetics.json") }
    #expect(
      unknown.description.contains("this JSON, a list, is of no format that is known. Known are captions")
        && unknown.description.contains("diving48"), "\(unknown)")
    let named = try #require(throws: DatasetListError.self) { try files.list(json, "k.json", format: .diving48) }
    #expect(named.line == 1 && named.description.contains("an entry has no “vid_name”"), "\(named)")
  }

  @Test func aFormatOfFoldersRefusesAFileAndTheOtherWayRound() throws {
    #expect(throws: DatasetListError.self) { try files.list("a.mp4\n", format: .videoFolders) }
    #expect(throws: DatasetListError.self) { try DatasetList(contentsOf: files.path, format: .lines) }
  }
}
