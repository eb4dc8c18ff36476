import Foundation
import SluiceDatasets
import SluiceDecode
import SluicePipelines
import TestSupport
import Testing

/// Drawn videos with captions.
@Suite struct CaptionedSceneTests {
  @Test func noTwoVideosShowTheSameBeforeAllHaveBeenShown() {
    #expect(SceneFacts.count == 1920)
    for base in [0, 1, -7] {
      let facts = (0..<SceneFacts.count).map { SceneFacts(base: base, number: $0) }
      #expect(Set(facts).count == SceneFacts.count)
    }
    let captions = (0..<200).flatMap { SceneFacts(base: 1, number: $0).captions(1, base: 1, number: $0) }
    #expect(Set(captions).count == 200)
    // Another round has another order.
    let rounds = [0, SceneFacts.count].map { start in (start..<start + 20).map { SceneFacts(base: 0, number: $0) } }
    #expect(rounds[0] != rounds[1])
  }

  @Test func captionsSayTheSameInDifferentWords() {
    var starts: Set<String> = []
    for number in 0..<100 {
      let facts = SceneFacts(base: 4, number: number)
      let captions = facts.captions(5, base: 4, number: number)
      #expect(captions == facts.captions(5, base: 4, number: number))
      #expect(Array(captions.prefix(2)) == facts.captions(2, base: 4, number: number))
      #expect(Set(captions).count == 5, "\(captions)")
      let words = captions.map { Set($0.split { !$0.isLetter }.map(String.init)) }
      // The shape and its color are in all of them.
      let common = words.reduce(words[0]) { $0.intersection($1) }
      #expect(common.count >= 2, "\(captions)")
      starts.formUnion(captions.map { String($0.prefix { $0 != " " }) })
      #expect(captions.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) })
    }
    #expect(starts.isSuperset(of: ["a", "an", "the", "there", "on", "at", "in"]))
  }

  /// Where the shape is, and what moves, can be measured by what the caption says.
  @Test func scenesMoveAndStandAsTheyAreDescribed() {
    for number in 0..<300 {
      let caption = SceneFacts(base: 2, number: number).captions(1, base: 2, number: number)[0]
      let scene = CaptionedScene(base: 2, number: number, isTraining: number % 2 == 0)
      let (first, last) = (scene.pose(atFrame: 0), scene.pose(atFrame: 49))
      let middle = (x: (first.x + last.x) / 2, y: (first.y + last.y) / 2)
      func says(_ words: String...) -> Bool { words.contains { caption.contains($0) } }
      if says("moves left", "slides to the left") { #expect(last.x < first.x - 20 && last.y == first.y) }
      if says("moves right", "slides to the right") { #expect(last.x > first.x + 20) }
      if says("moves up", "rises") { #expect(last.y < first.y - 20 && last.x == first.x) }
      if says("moves down", "sinks") { #expect(last.y > first.y + 20) }
      if says("turns clockwise", "spins clockwise") { #expect(last.angle > first.angle + 2) }
      if says("counterclockwise") { #expect(last.angle < first.angle - 2) }
      if says("grows", "comes closer") { #expect(last.radius > 2 * first.radius) }
      if says("shrinks", "goes away") { #expect(first.radius > 2 * last.radius) }
      if says("on the left", "at the left edge") { #expect(middle.x < 30) }
      if says("on the right", "at the right edge") { #expect(middle.x > 66) }
      if says("at the top", "in the upper part") { #expect(middle.y < 30) }
      if says("at the bottom", "in the lower part") { #expect(middle.y > 66) }
      if says("in the middle", "in the center") { #expect(abs(middle.x - 48) < 6 && abs(middle.y - 48) < 6) }
    }
  }

  @Test func trainingAndEvaluationLookDifferent() {
    func background(_ isTraining: Bool) -> Double {
      var sum = 0
      for number in 0..<40 {
        // A corner, which no shape reaches.
        let image = CaptionedScene(base: 3, number: number, isTraining: isTraining).frames()[0].packed()
        sum += image.prefix(3 * 6).reduce(0) { $0 + Int($1) }
      }
      return Double(sum) / (40 * 18)
    }
    #expect(background(false) > background(true) + 15)
  }

  @Test func synthWritesVideosAndTheirCaptions() throws {
    let folder = TemporaryFolder()
    var lists: [[String: Data]] = []
    for _ in 0..<2 {
      let run = try SluiceProgram.run(
        ["synth", "my \"talk\"", "--captions", "--train", "4", "--val", "3", "--seed", "2"], in: folder.path)
      try #require(run.status == 0, "\(run.errors)")
      #expect(run.output == "my \"talk\"/train.json\nmy \"talk\"/val.json\n")
      var files: [String: Data] = [:]
      for name in ["train.json", "val.json", "train/00003.mp4", "val/00002.mp4"] {
        files[name] = try Data(contentsOf: URL(filePath: folder("my \"talk\"/\(name)")))
      }
      lists.append(files)
      #expect(!FileManager.default.fileExists(atPath: folder("my \"talk\"/classes.json")))
    }
    #expect(lists[0] == lists[1])
    for (part, count, captions) in [("train", 4, 2), ("val", 3, 1)] {
      let list = try DatasetList(contentsOf: folder("my \"talk\"/\(part).json"), root: folder.path)
      #expect(list.items.map(\.path) == (0..<count).map { folder("my \"talk\"/\(part)/0000\($0).mp4") })
      #expect(list.items.allSatisfy { $0.captions.count == captions })
      let clips = try Clips(videos: list)
      try clips.requireCaptions()
      let check = try SluiceProgram.run(["check", "my \"talk\"/\(part).json"], in: folder.path)
      #expect(check.status == 0 && check.errors.contains("\(count) of \(count) items are sound"), "\(check.errors)")
    }
  }
}
