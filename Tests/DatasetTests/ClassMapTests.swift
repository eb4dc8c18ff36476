import Foundation
import SluiceDatasets
import Testing

/// Files of class names.
@Suite struct ClassMapTests {
  private let files = Files()

  private func map(_ text: String, _ name: String = "classes") throws -> ClassMap {
    try ClassMap(contentsOf: files.write(text, name))
  }

  @Test(arguments: [
    #"{"jump": "0", "run": 1}"#, #"{"0": "jump", "1": "run"}"#, #"["jump", "run"]"#, "id,name\n0,jump\n1,run\n",
    "name,id\r\nrun,1\r\njump,0\r\n", "0,jump\n1,run\n", "jump,0\nrun,1\n", "jump\nrun\n", "0 jump\n1 run\n",
    "jump 0\nrun 1\n", "jump\t0\nrun\t1\n", "# classes\njump\n\nrun", "\u{FEFF}jump\nrun\n",
    "name,notes\njump,x\nrun,y\n",
  ])
  func everyFormGivesTheSameClasses(text: String) throws {
    let map = try map(text)
    #expect(map.numbers == ["jump": 0, "run": 1] && map.firstNumber == 0 && map.names(count: 2) == ["jump", "run"])
  }

  @Test func namesMayHoldBlanksCommasAndDigits() throws {
    #expect(
      try map("id,name\n0,archery\n1,\"baking, then eating bread\"\n2,person's day\n").name(of: 1)
        == "baking, then eating bread")
    #expect(try map("playing chess\ncook, then eat\n").orderedNames == ["playing chess", "cook, then eat"])
    #expect(try map("action 1\naction 2\n").orderedNames == ["action 1", "action 2"])
    #expect(try map("1 ApplyEyeMakeup\n2 Blowing Candles\n").orderedNames == ["ApplyEyeMakeup", "Blowing Candles"])
    #expect(try map(#"[["Back", "15som"], ["Back", "25som"]]"#).orderedNames == ["Back 15som", "Back 25som"])
  }

  @Test func numbersMayHaveGaps() throws {
    let map = try map(#"{"archery": "0", "bowling": 1, "playing chess": "7"}"#)
    #expect(map.classCount == 8 && map.name(of: 5) == "5" && map.orderedNames[5] == nil)
  }

  @Test(arguments: ["1 a\n2 b\n3 c\n", #"{"a": 1, "b": 2, "c": 3}"#, "id,name\n1,a\n2,b\n3,c\n"])
  func aMapThatCountsFromOneHasNoClassTooMany(text: String) throws {
    let map = try map(text)
    #expect(map.firstNumber == 1 && map.classCount == 3 && map.numbers == ["a": 0, "b": 1, "c": 2])
    let list = try DatasetList(parsing: "x.avi 1\ny.avi 3\nz.avi b")
    let space = ClassSpace(map: map, origin: "classInd.txt")
    #expect(Array(try space.labels(of: list)) == [[0], [2], [1]])
    let wrong = try DatasetList(parsing: "x.avi 0")
    let error = try #require(throws: DatasetListError.self) { try space.labels(of: wrong) }
    #expect(error.description.contains("1 to 3"))
  }

  @Test(arguments: [
    (#"{"left":0,"left":1,"right":2}"#, "“left” is there twice, as 0 and as 1"),
    (#"{"left":0,"left":0,"right":1}"#, "“left” is there twice, as 0 and as 0"),
    (#"{"left":0,"right":0,"up":1}"#, "the number 0 is that of “left” and of “right”"),
    ("left\nright\nleft\n", "“left” is there twice, as 0 and as 2"),
    ("id,name\n0,left\n0,right\n", "the number 0 is that of “left” and of “right”"),
    ("0 left\n0 right\n", "the number 0 is that of “left” and of “right”"),
    (#"["a", "b", "a"]"#, "“a” is there twice"),
    ("cafe\u{301}\ncaf\u{E9}\n", "look the same"),
  ])
  func contradictionsAreRefused(text: String, word: String) throws {
    let error = try #require(throws: DatasetListError.self) { try map(text) }
    #expect(error.description.contains(word), "\(error)")
  }

  @Test(arguments: [
    #"{"a": -1}"#, #"{"a": "x"}"#, #"{"a": 4000000000}"#, #"{"a": 9223372036854775807}"#, #"{"a": 1.5}"#, #"{"a": {}}"#,
    "{\"a\": 0", "[1, 2]", "", "# only\n", "id,name\n0,\n", "id,name\nx,a\n",
  ])
  func whatIsNoClassMapIsRefused(text: String) {
    #expect(throws: DatasetListError.self, "\(text)") { try map(text) }
  }

  @Test func theLineOfAContradictionIsNamed() throws {
    let error = try #require(throws: DatasetListError.self) {
      try map("{\n\"a\": 0,\n\"b\": 1,\n\"a\": 2\n}", "c.json")
    }
    #expect(error.line == 4 && error.path.hasSuffix("c.json"))
  }

  @Test func twoMapsSayWhereTheyDiffer() throws {
    let (first, second) = (try ClassMap(names: ["left", "right"]), try ClassMap(names: ["right", "left"]))
    let difference = first.firstDifference(from: second, mine: "the list", theirs: "the set")
    #expect(difference == "class 0 is “left” in the list, “right” in the set")
    #expect(first.firstDifference(from: first, mine: "a", theirs: "b") == nil)
    let longer = try ClassMap(names: ["left", "right", "up"])
    #expect(
      longer.firstDifference(from: first, mine: "a", theirs: "b") == "class 2 is “up” in a, without a name in b")
  }
}
