import Foundation
import SluiceDatasets
import SluiceDecode
import TestSupport
import Testing

/// Some clips of each class, chosen as BIKE does.
@Suite struct FewShotChoiceTests {
  @Test func choicesAreTheReferences() throws {
    try Golden.each("bike.few_shot") { file, check in
      let labels = try file.ints("input.labels")
      let picks = try file.ints("input.picks")
      let shot = try #require(file.config["shot"].int)
      let choice = try FewShotChoice(of: labels, shot: shot) { position, _ in
        Array(picks[position * shot..<(position + 1) * shot])
      }
      try check("output.class_order", choice.classes)
      try check("output.selected", choice.selected)
      try check("output.final_list", choice.indices)
    }
  }

  @Test func anySeedChoosesDifferentClipsOfEachClassAndKeepsTheLength() throws {
    for seed in 0..<50 as Range<UInt64> {
      let labels = (0..<97).map { ($0 * 7 + Int(seed)) % 5 + ($0 % 3 == 0 ? 1 : 0) }
      for shot in [1, 2, 5] {
        let choice = try FewShotChoice(of: labels, shot: shot, seed: seed)
        #expect(try FewShotChoice(of: labels, shot: shot, seed: seed) == choice)
        let classes = Set(labels)
        #expect(Set(choice.classes) == classes && choice.classes.count == classes.count)
        #expect(choice.selected.count == shot * classes.count && Set(choice.selected).count == choice.selected.count)
        for (position, label) in choice.classes.enumerated() {
          #expect(choice.selected[position * shot..<(position + 1) * shot].allSatisfy { labels[$0] == label })
        }
        #expect(choice.repetitions == labels.count / choice.selected.count)
        #expect(choice.indices.count <= labels.count && choice.indices.count > labels.count - choice.selected.count)
      }
    }
    let labels = [Int](repeating: 0, count: 20)
    let choices = Set(try (0..<200).map { try FewShotChoice(of: labels, shot: 2, seed: $0).selected })
    #expect(choices.count > 100)
    // Each clip is as likely as any other, in each place.
    var counts = [Int](repeating: 0, count: 20)
    for seed in 0..<4000 as Range<UInt64> {
      counts[try FewShotChoice(of: labels, shot: 2, seed: seed).selected[1]] += 1
    }
    #expect(counts.allSatisfy { (120...280).contains($0) }, "\(counts)")
  }

  private func clips(_ labels: [Int], names: [String?] = ["a", "b", "c"]) throws -> Clips {
    let items = labels.enumerated().map {
      DatasetItem(path: "root/v\($0).mp4", labels: [.number($1)], line: $0 + 1)
    }
    var list = DatasetList(items: items)
    list.root = "root"
    return try Clips(videos: list, classes: ClassSpace(map: ClassMap(names: names), origin: "test"))
  }

  @Test func theChoiceOfClipsIsWrittenDown() throws {
    let clips = try clips([2, 0, 2, 0, 2, 0, 2])
    let (chosen, choice) = try clips.selecting(shot: 1, seed: 3)
    #expect(choice.classes == [2, 0] && chosen.count == 6 && choice.repetitions == 3)
    #expect((0..<6).map { chosen.name(of: $0) } == choice.indices.map { clips.name(of: $0) })
    let lines = try clips.record(of: choice).split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "# few-shot: 2 clips of 2 classes, 3 times in an epoch", "v\(choice.selected[0]).mp4\t2",
        "v\(choice.selected[1]).mp4\t0",
      ])
  }

  @Test func tooFewClipsAreNamed() throws {
    let error = try #require(throws: DatasetListError.self) { try clips([0, 0, 1, 2, 2]).selecting(shot: 2, seed: 0) }
    #expect(
      error.line == 3
        && error.reason == "class 1 (b) has 1 clip, and 2 of each class are wanted. Lower the shot, or add clips")
    let none = try #require(throws: DatasetListError.self) { try clips([0, 0]).selecting(shot: 0, seed: 0) }
    #expect(none.reason == "0 clips of each class; wanted: one at least")
    let list = DatasetList(items: [DatasetItem(path: "v.mp4", labels: [.number(0), .number(1)])])
    let several = try #require(throws: DatasetListError.self) {
      try Clips(videos: list).selecting(shot: 1, seed: 0)
    }
    #expect(several.reason == "2 classes; few-shot training wants clips of one each")
  }
}
