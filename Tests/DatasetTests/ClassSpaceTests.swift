import SluiceDatasets
import Testing

/// Which labels are classes.
@Suite struct ClassSpaceTests {
  private func list(_ text: String, _ name: String = "train.txt") throws -> DatasetList {
    try DatasetList(parsing: text, name: name)
  }

  private let eight = ClassMap(numbers: ["a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6, "h": 7])

  @Test func numbersStayAndNamesAreNumberedByTheirBytes() throws {
    let numbers = try list("a.mp4 7\nb.mp4 0")
    #expect(try ClassSpace(of: numbers).count == 8)
    #expect(Array(try ClassSpace(of: numbers).labels(of: numbers)) == [[7], [0]])
    let names = try list("a.mp4 walk\nb.mp4 Run\nc.mp4 walk\nd.mp4\ne.mp4 \u{E9}t\u{E9}")
    let space = try ClassSpace(of: names)
    #expect(space.map.orderedNames == ["Run", "walk", "\u{E9}t\u{E9}"])
    #expect(Array(try space.labels(of: names)) == [[1], [0], [1], [], [2]])
  }

  @Test func theOrderOfAMapComesBeforeTheAlphabet() throws {
    let names = try list("a.mp4 b\nb.mp4 a")
    let space = try ClassSpace(of: names, map: ClassMap(names: ["b", "a"]), origin: "classes.json")
    #expect(Array(try space.labels(of: names)) == [[0], [1]])
  }

  @Test(arguments: [
    ("v.mp4 9", "label 9 is outside the 8 classes of classes.json (0 to 7)"),
    ("v.mp4 99", "label 99 is outside"),
    ("v.mp4 8", "label 8 is outside"),
    ("v.mp4 x", "class “x” is not among the 8 classes of classes.json"),
    ("v.mp4", "no label; wanted: `path label`"),
    ("v.mp4 1,2", "2 labels (1, 2); one is wanted"),
  ])
  func aLabelThatIsNoClassIsAnErrorWithItsLine(line: String, message: String) throws {
    let space = ClassSpace(map: eight, origin: "classes.json")
    let data = try list("ok.mp4 0\n\(line)\nok.mp4 1\n\(line)\n", "val.txt")
    let error = try #require(throws: DatasetListError.self) { try space.labels(of: data, wanting: .one) }
    #expect(error.description.hasPrefix("val.txt:2: \(message)"), "\(error)")
    #expect(error.description.hasSuffix("(and 1 further line)"), "\(error)")
    #expect(space.problems(in: data, wanting: .one).map(\.line) == [2, 4])
  }

  @Test func theCountOfAModelBoundsTheLabels() throws {
    let data = try list("a.mp4 1\nb.mp4 5")
    let space = try ClassSpace(of: data, count: 5, origin: "model.classCount=5")
    let error = try #require(throws: DatasetListError.self) { try space.labels(of: data) }
    #expect(error.description == "train.txt:2: label 5 is outside the 5 classes of model.classCount=5 (0 to 4)")
    let named = ClassSpace(map: eight, count: 5, origin: "model.classCount=5")
    #expect(throws: DatasetListError.self) { try named.labels(of: list("a.mp4 h")) }
  }

  @Test func namesNeedAMapWhereClassesAreNumbers() throws {
    let space = ClassSpace(map: ClassMap(), count: 8, origin: "the classifier")
    let error = try #require(throws: DatasetListError.self) { try space.labels(of: list("a.mp4 run")) }
    #expect(error.description.contains("--classes"))
  }

  @Test func numbersOfAnotherFileMeanItsNames() throws {
    var space = ClassSpace(map: eight, origin: "the checkpoint")
    space.listNames = ClassMap(numbers: ["h": 0, "c": 1], firstNumber: 1)
    #expect(Array(try space.labels(of: list("a.mp4 1\nb.mp4 2"))) == [[7], [2]])
    let error = try #require(throws: DatasetListError.self) { try space.labels(of: list("a.mp4 1\nb.mp4 5")) }
    #expect(error.description == "train.txt:2: label 5 has no name among the 2 classes that lists count by")
  }

  @Test func namesAndNumbersWithoutAMapContradict() throws {
    let mixed = try list("a.mp4 walk\nb.mp4 3")
    let error = try #require(throws: DatasetListError.self) { try ClassSpace(of: mixed) }
    #expect(error.line == 2 && error.description.contains("“walk”"))
    #expect(
      Array(try ClassSpace(of: mixed, map: ClassMap(names: ["run", "walk", "sit", "lie"])).labels(of: mixed)) == [
        [1], [3],
      ])
  }

  @Test func labelsThatAreMissingAreFineWhereNoneAreNeeded() throws {
    let data = try list("a.mp4\nb.mp4 3")
    let space = try ClassSpace(of: data)
    #expect(Array(try space.labels(of: data)) == [[], [3]])
    #expect(throws: DatasetListError.self) { try space.labels(of: data, wanting: .some) }
  }

  @Test func classesWithoutSamplesAreSaid() throws {
    let data = try list("a.mp4 a\nb.mp4 c")
    let space = ClassSpace(map: eight, origin: "classes.json")
    let notes = space.notes(on: try space.labels(of: data))
    #expect(notes.count == 1 && notes[0].hasPrefix("6 of 8 classes have no sample: 1 (b), 3 (d)"))
    let all = try list("a.mp4 0\nb.mp4 1")
    #expect(try ClassSpace(of: all).notes(on: ClassSpace(of: all).labels(of: all)).isEmpty)
  }

  @Test func aListThatSeemsToCountFromOneIsSaid() throws {
    let data = try list("a.mp4 1\nb.mp4 2\nc.mp4 3")
    let space = try ClassSpace(of: data)
    #expect(space.notes(on: try space.labels(of: data)).first?.contains("counts from 1") == true)
  }

  @Test func labelsOfManySamplesAreKeptOneAfterTheOther() {
    let wanted = [[1], [2], [], [3, 4], [5]]
    let labels = ClassLabels(wanted)
    #expect(Array(labels) == wanted && labels.counts(classCount: 6) == [0, 1, 1, 1, 1, 1])
    #expect(Array(ClassLabels([[], [1]])) == [[], [1]])
    #expect(Array(ClassLabels([[7], [8]])) == [[7], [8]])
  }
}
