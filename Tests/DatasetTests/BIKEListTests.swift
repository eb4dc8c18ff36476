import Foundation
import SluiceDatasets
import Testing

/// Lists and tables in the forms of BIKE's data sets.
@Suite struct BIKEListTests {
  private let files = Files()

  @Test func theFirstLineShowsTheFormOfAll() throws {
    let folders = try files.list("a//b/clip 30 4\nc/clip 7 0\n\n", root: "/data", format: .bike)
    #expect(folders.items.map(\.path) == ["/data/a//b/clip", "/data/c/clip"])
    #expect(folders.items.map(\.frameCount) == [30, 7] && folders.items.map(\.labels) == [[.number(4)], [.number(0)]])
    #expect(folders.items.map { folders.ownPath(of: $0) } == ["a//b/clip", "c/clip"])
    let videos = try files.list("sub/vid0.mp4 4\nsub/vid1.mp4 archery\n", format: .bike).items
    #expect(videos.map(\.labels) == [[.number(4)], [.name("archery")]] && videos.map(\.frameCount) == [nil, nil])
  }

  static let broken: [(text: String, line: Int, sentence: String)] = [
    ("a 30 4\nb 4\n", 2, "2 fields, and line 1, the first, has 3: wanted is `path frames label` on every line"),
    ("a.mp4 4\n\nb.mp4 30 4\n", 3, "3 fields, and line 1, the first, has 2: wanted is `path label` on every line"),
    ("a  4\n", 1, "two blanks follow each other; wanted: one between the fields, and none in the path"),
    ("my clip 30 4\n", 1, "4 fields; wanted: `path frames label` or `path label`, and no blank in the path"),
    ("a x 4\n", 1, "“x” is no number of frames; wanted: `path frames label`, both numbers from 0"),
    ("a -1 4\n", 1, "“-1” is no number of frames; wanted: `path frames label`"),
    ("a 3 -4\n", 1, "label -4; class numbers begin at 0 and end at"),
  ]

  @Test(arguments: broken) func aLineOfAnotherFormIsNamed(text: String, line: Int, sentence: String) throws {
    let error = try #require(throws: DatasetListError.self) { try files.list(text, format: .bike) }
    #expect(error.line == line && error.reason.contains(sentence), "\(error)")
  }

  @Test func aFolderWithItsNumberShowsWhatAMixedListIs() throws {
    try files.write([1], "dog/1.jpg")
    for text in ["dog 2 5\ncat 1\n", "cat 1\ndog 2 5\n"] {
      let error = try #require(throws: DatasetListError.self) { try files.list(text, root: files.path) }
      #expect(error.reason.contains("1 column; wanted: path frames label, both numbers from 0"), "\(error)")
    }
  }

  @Test func shortClipsAreLeftOutOfTrainingWhereTheFirstLineCounts() throws {
    let list = try files.list("a 3 0\nb 8 1\nc 7 0\nd 300 1\n", format: .bike)
    let long = try list.removingShort()
    #expect(long.items.map(\.path) == ["b", "d"] && list.items.count == 4)
    #expect(
      long.notes == [
        "2 of the 4 clips of \(files("list.txt")) have fewer than 8 frames by the list and are left out of training."
      ])
    #expect(try list.removingShort(minimum: 4).items.map(\.path) == ["b", "c", "d"])
    let videos = try files.list("a.mp4 0\nb.mp4 1\n", format: .bike)
    #expect(try videos.removingShort() == videos)
    let joined = try DatasetList(joining: [files.list("x.mp4 0\n", "x.txt", format: .bike), list]).removingShort()
    #expect(joined.items.map(\.path) == ["x.mp4", "b", "d"] && joined.notes.count == 1)
    let error = try #require(throws: DatasetListError.self) {
      try files.list("a 3 0\nb 4 1\n", format: .bike).removingShort()
    }
    #expect(
      error.reason == "all of its 2 clips have fewer than 8 frames by the list, and none is left to train on")
  }

  private let header = "video_id,label,start_time,end_time,total_time\n"

  @Test func timesOfCharadesAreFramesOfItsFolders() throws {
    let text = header + "AAAA1,c002,0.00,4.50,9.10\nAAAA1,c000,5.00,5.00,9.10\nBBBB2,c001,3.20,12.80,10.00\n"
    let list = try files.list(text, "train.csv", root: "rgb")
    #expect(list.items.map(\.path) == ["rgb/AAAA1", "rgb/BBBB2"] && list.items.map(\.line) == [2, 4])
    #expect(list.items.map(\.labels) == [[.number(2)], [.number(1)]])
    // trunc(3.2 · 24) = 76; trunc(10 · 24 − 3.2 · 24) = 163.
    #expect(list.items.map(\.part) == [.frames(0..<108), .frames(76..<239)])
    #expect(
      list.notes == [
        "1 of 3 rows ends before it begins and is left out of \(files("train.csv")); the first stands on line 3."
      ])
    let slow = try DatasetList(contentsOf: files("train.csv"), frameRate: 10)
    #expect(slow.items.map(\.part) == [.frames(0..<45), .frames(32..<100)])
    // A part that is shorter than a frame, or lies behind the end, is one frame.
    let short = try files.list(header + "A,c001,1.00,1.01,9\nA,c001,8.00,9.00,7.5\n", "s.csv")
    #expect(short.items.map(\.part) == [.frames(24..<25), .frames(192..<193)])
    try files.write([1], "videos/BBBB2.mp4")
    let videos = try files.list(text, "v.csv", root: files("videos"))
    #expect(videos.items.map(\.path) == [files("videos/AAAA1.mp4"), files("videos/BBBB2.mp4")])
  }

  @Test func videosOfCharadesHaveAllTheirClasses() throws {
    let text = """
      id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length\r
      CCCC3,S,Room,5,6,Yes,"A script, with comma.",a;b,d,c092 1.00 3.50;c000 0.00 8.10;c092 5.00 6.00,9.0\r
      DDDD4,S,Room,5,6,Yes,No actions.,,,,7.5\r

      """
    let items = try files.list(text, "test.csv", root: "rgb").items
    #expect(items.map(\.path) == ["rgb/CCCC3", "rgb/DDDD4"] && items.map(\.part) == [nil, nil])
    #expect(items.map(\.labels) == [[.number(0), .number(92)], []])
  }

  static let tables: [(rows: String, line: Int?, sentence: String)] = [
    (",c001,1,2,3\n", 2, "the row has no name of a video"),
    ("A,c001,x,2,3\n", 2, "start_time is “x”; wanted: a number of seconds"),
    ("A,c001,1,2,nan\n", 2, "total_time is “nan”; wanted: a number of seconds"),
    ("A,7,1,2,3\n", 2, "“7” is no class of Charades; wanted: one such as c042"),
    ("A,c001,3,2,3\nB,c001,3,3,4\n", 2, "it ends before it begins, and so do all others; correct the times"),
    ("A,c001\n", 2, "the row has 2 fields, the header 5"),
  ]

  @Test(arguments: tables) func aRowOfCharadesThatIsWrongIsNamed(rows: String, line: Int?, sentence: String) throws {
    let error = try #require(throws: DatasetListError.self) { try files.list(header + rows, "c.csv") }
    #expect(error.line == line && error.reason == sentence, "\(error)")
    let column = try #require(throws: DatasetListError.self) {
      try files.list("video_id,label,start_time,end_time\nA,c001,1,2\n", "c.csv")
    }
    #expect(column.reason.hasPrefix("no column “total_time”; there are: video_id"))
  }

  @Test func aRateOfFramesIsForListsThatCountInSeconds() throws {
    let path = try files.write("a.mp4 3\n", "l.txt")
    let error = try #require(throws: DatasetListError.self) { try DatasetList(contentsOf: path, frameRate: 30) }
    #expect(
      error.reason
        == "its format, lines, has no times of folders of images, and a rate of frames no effect. Leave --list-fps out; it "
        + "is for the formats charades and charades-videos")
  }

  @Test func classesAreNumberedByColumnOrRow() throws {
    let path = try files.write("id,name\r\n7,archery\r\n3,\"baking, then eating\"\r\n7,Zumba\r\n", "labels.csv")
    let map = try ClassMap(contentsOf: path, numbering: .rows)
    #expect(map.names(count: 3) == ["archery", "baking, then eating", "Zumba"] && map.firstNumber == 0)
    #expect(throws: DatasetListError.self) { try ClassMap(contentsOf: path) }
    let swapped = try files.write("id,name\n1,left\n0,right\n", "swapped.csv")
    #expect(try ClassMap(contentsOf: swapped).name(of: 0) == "right")
    #expect(try ClassMap(contentsOf: swapped, numbering: .rows).name(of: 0) == "left")
    let one = try files.write("id,name\n1,left\n2,right\n", "one.csv")
    #expect(try ClassMap(contentsOf: one, numbering: .rows).firstNumber == 0)
  }

  @Test func classesOfCharadesAreNumberedByTheirNames() throws {
    let path = try files.write("c000 Holding some clothes\nc001 Putting clothes somewhere\nc002 Eating\n", "c.txt")
    let map = try ClassMap(contentsOf: path)
    #expect(map.names(count: 3) == ["Holding some clothes", "Putting clothes somewhere", "Eating"])
    let names = try files.write("c000 Holding\nplain name\n", "n.txt")
    #expect(try ClassMap(contentsOf: names).names(count: 2) == ["c000 Holding", "plain name"])
  }
}
