import Foundation
import SluiceMedia
import SluiceShards
import Testing

/// The list wins over what a set holds.
@Suite struct ReconciliationTests {
  private let scratch = Scratchpad()
  private static let names = ["left", "right", "up", "down"]

  /// Makes the set agree with a list, as `sluice preprocess` does; the pictures of a clip depend on its path.
  @discardableResult
  private func store(
    _ list: [ClipDescription], classes: [String?] = [], shardSize: Int = 1 << 16, failing: Set<String> = []
  ) throws -> (reconciliation: ListReconciliation, summary: ShardSetWriter.Summary) {
    let settings = ShardSettings(shardSize: shardSize)
    let writer = try ShardSetWriter(scratch("set"), settings: settings, classes: classes)
    let reconciliation = try writer.reconcile(with: list)
    let encoder = try FrameEncoder(settings)
    for number in reconciliation.waiting {
      guard !failing.contains(list[number].path) else {
        try writer.fail(list[number], reason: "cannot be opened")
        continue
      }
      let frames = pictures(of: list[number])
      try writer.append(frames.map(encoder.encode), geometry: FrameGeometry(frames[0]))
      try writer.finishClip(list[number], frameRate: 25)
    }
    return (reconciliation, try writer.finish())
  }

  private func pictures(of clip: ClipDescription) -> [VideoFrame] {
    Pictures.clip(3, width: 160, height: 120, seed: clip.path.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
  }

  private func list(_ count: Int = 8) -> [ClipDescription] {
    (0..<count).map { ClipDescription(path: "v\($0).mp4", labels: [$0 % 4], captions: ["caption \($0)"]) }
  }

  private func stored() throws -> [ClipDescription] {
    let set = try ShardSet(scratch("set"))
    return try (0..<set.count).map { number in
      let clip = try set.clip(number)
      let expected = pictures(of: clip.info.description).map { $0.packed() }
      #expect(try clip.frames(at: [0, 1, 2]).map { $0.packed() } == expected, "\(clip.name)")
      return clip.info.description
    }
  }

  private func expectSound() throws {
    let found = try ShardVerification.check(scratch("set"))
    #expect(found.problems.isEmpty, "\(found.problems)")
  }

  @Test func theSameListChangesNothing() throws {
    try store(list(), classes: Self.names)
    let before = try contents(scratch("set"))
    let (reconciliation, summary) = try store(list(), classes: Self.names)
    #expect(reconciliation.waiting.isEmpty && reconciliation.rewrittenShards == 0 && summary.clips == 8)
    #expect(try contents(scratch("set")) == before && summary.shards > 1)
  }

  @Test func correctedLabelsAndCaptionsStandInTheRecords() throws {
    try store(list(), classes: Self.names)
    var corrected = list()
    corrected[1].labels = [3]
    corrected[6].captions = ["another", "one"]
    let (reconciliation, summary) = try store(corrected, classes: Self.names)
    #expect(reconciliation.corrected == 2 && reconciliation.waiting.isEmpty && reconciliation.unlisted.isEmpty)
    #expect(summary.clips == 8)
    #expect(try stored() == corrected)
    try expectSound()
    // An index that is made again from the shards alone has them too.
    try FileManager.default.removeItem(atPath: scratch("set/index.sluice"))
    #expect(try ShardRepair.repair(scratch("set")).rewritten.isEmpty)
    #expect(try stored() == corrected)
    // The shards are those of a list that was right from the beginning.
    let before = try contents(scratch("set"))
    try FileManager.default.removeItem(atPath: scratch("set"))
    try store(corrected, classes: Self.names)
    #expect(try contents(scratch("set")) == before)
  }

  @Test func whatIsNoLongerListedLeavesTheIndexForGood() throws {
    try store(list(), classes: Self.names)
    let shorter = list().filter { $0.path != "v2.mp4" && $0.path != "v7.mp4" }
    let (reconciliation, summary) = try store(shorter, classes: Self.names)
    #expect(reconciliation.unlisted.map(\.path) == ["v2.mp4", "v7.mp4"] && summary.clips == 6)
    #expect(try stored() == shorter)
    try expectSound()
    try FileManager.default.removeItem(atPath: scratch("set/index.sluice"))
    #expect(try ShardRepair.repair(scratch("set")).clips == 6)
    #expect(try stored() == shorter)
    try expectSound()
    // Named once more, but nothing is left to be done.
    let again = try store(shorter, classes: Self.names).reconciliation
    #expect(again.unlisted.count == 2 && again.rewrittenShards == 0)
    // Listed again, its pictures are still there.
    let back = try store(list(), classes: Self.names).reconciliation
    #expect(back.listedAgain == 2 && back.waiting.isEmpty && back.unlisted.isEmpty)
    #expect(try stored() == list())
    try expectSound()
  }

  @Test func theOrderIsTheLists() throws {
    try store(list(), classes: Self.names)
    var changed = Array(list().reversed())
    changed.insert(ClipDescription(path: "new.mp4", labels: [2]), at: 3)
    let (reconciliation, _) = try store(changed, classes: Self.names)
    #expect(reconciliation.waiting == [3] && reconciliation.rewrittenShards == 0)
    #expect(try stored() == changed)
    try expectSound()
    let set = try ShardSet(scratch("set"))
    #expect(try set.clips(path: "new.mp4") == [3] && set.clips(path: "v0.mp4") == [8])
    // A repair keeps the order as long as there is an index.
    let before = try contents(scratch("set"))
    _ = try ShardRepair.repair(scratch("set"))
    #expect(try contents(scratch("set")) == before)
  }

  @Test func linesOfTheSamePartKeepTheirOwnLabels() throws {
    var twice = list(3)
    twice.append(ClipDescription(path: "v1.mp4", labels: [0], captions: ["other"], copy: 1))
    twice.append(ClipDescription(path: "v1.mp4", labels: [0], start: 0.5, end: 1))
    try store(twice, classes: Self.names)
    #expect(try stored() == twice)
    // The first of the two goes: the other keeps what it has, and no shard is written again for its number.
    var once = twice
    once.remove(at: 1)
    once[2].copy = 0
    let (reconciliation, _) = try store(once, classes: Self.names)
    #expect(reconciliation.waiting.isEmpty && reconciliation.corrected == 0 && reconciliation.unlisted.count == 1)
    #expect(try stored().map(\.labels) == [[0], [2], [0], [0]])
  }

  @Test func pathsThatOnlyLookTheSameAreTwoFiles() throws {
    let composed = ClipDescription(path: "caf\u{E9}.mp4", labels: [0])
    let decomposed = ClipDescription(path: "cafe\u{301}.mp4", labels: [0])
    try store([composed])
    let (reconciliation, summary) = try store([decomposed, composed])
    #expect(reconciliation.waiting == [0] && summary.clips == 2)
    #expect(try stored().map { Array($0.path.utf8) } == [decomposed, composed].map { Array($0.path.utf8) })
    #expect(try ShardSet(scratch("set")).clips(path: "caf\u{E9}.mp4") == [1])
  }

  @Test func namesOfClassesTravelAndAreCorrected() throws {
    try store(list(), classes: [])
    #expect(try ShardSet(scratch("set")).classNames().isEmpty)
    #expect(try store(list(), classes: Self.names).reconciliation.correctedNames == 4)
    #expect(try ShardSet(scratch("set")).classNames() == Self.names)
    #expect(try ShardSetWriter.classNames(in: scratch("set")) == Self.names)
    let spelt = ["left", "right", "upwards", "down"]
    let (reconciliation, _) = try store(list(), classes: spelt)
    #expect(reconciliation.correctedNames == 1 && reconciliation.rewrittenShards > 1)
    #expect(try ShardSet(scratch("set")).classNames() == spelt)
    // A list of numbers keeps the names.
    #expect(try store(list()).reconciliation.rewrittenShards == 0)
    #expect(try stored() == list() && ShardSet(scratch("set")).classNames() == spelt)
    try expectSound()
  }

  @Test func anotherNumberingAndLabelsBeyondTheClassesAreRefused() throws {
    try store(list(), classes: Self.names)
    let before = try contents(scratch("set"))
    let swapped = #expect(throws: ShardError.self) { try store(list(), classes: ["right", "left", "up", "down"]) }
    #expect(swapped?.code == .refused)
    #expect(swapped?.description.contains("“right” is 1 there, 0 in the list's classes") == true)
    var beyond = list()
    beyond[5].labels = [4]
    let outside = #expect(throws: ShardError.self) { try store(beyond, classes: Self.names + ["far"]) }
    #expect(outside?.description.contains("v5.mp4 has the label 4 (“far”), outside the 4 classes") == true)
    #expect(throws: ShardError.self) { try store(beyond) }
    #expect(try contents(scratch("set")) == before)
  }

  @Test func failuresAreThoseOfTheList() throws {
    try store(list(), classes: Self.names, failing: ["v3.mp4", "v4.mp4"])
    var shorter = list().filter { $0.path != "v3.mp4" }
    shorter[3].labels = [2]
    // They are tried again after a run that came to its end.
    let (reconciliation, summary) = try store(shorter, classes: Self.names, failing: ["v4.mp4"])
    #expect(reconciliation.waiting == [3] && summary.failures.map(\.description) == [shorter[3]])
    let csv = try String(contentsOfFile: scratch("set/failures.csv"), encoding: .utf8)
    #expect(csv.contains("v4.mp4,,,2,") && !csv.contains("v3.mp4"))
    #expect(try store(shorter, classes: Self.names).summary.failures.isEmpty)
    #expect(try stored() == shorter)
  }

  @Test func aCorrectionThatWasInterruptedIsFinishedByTheSameCommand() throws {
    try store(list(), classes: Self.names)
    let old = try contents(scratch("set"))
    let spelt = ["left", "right", "upwards", "down"]
    try store(list(), classes: spelt)
    let new = try contents(scratch("set"))
    // Killed behind the first shard, before the index.
    for (name, data) in old { try write(data, scratch("set/\(name)")) }
    try write(try #require(new["shard-00000.zst"]), scratch("set/shard-00000.zst"))
    try write(Data([1, 2, 3]), scratch("set/shard-00001.zst.partial"))
    #expect(try !ShardVerification.check(scratch("set")).problems.isEmpty)
    #expect(throws: ShardError.self) { try ShardSet(scratch("set")).clip(0).frames(at: [0]) }
    try store(list(), classes: spelt)
    #expect(try contents(scratch("set")) == new)
  }

  @Test func aSetOfVersionOneIsGoneOnWith() throws {
    try FileManager.default.copyItem(atPath: EarlierVersionTests.folder + "/version-1", toPath: scratch("set"))
    let set = try ShardSet(scratch("set"))
    var list = try (0..<set.count).map { try set.clip($0).info.description }
    let before = try (0..<set.count).map { try set.clip($0).frames(at: [0])[0].packed() }
    list[0].labels = [5]
    // The count of equal lines means lines of the same part now.
    list[3].labels = [2]
    let names: [String?] = ["left", "right", "up", "down", "clockwise", "counterclockwise", "approach", "recede"]
    let settings = try set.settings()
    let writer = try ShardSetWriter(scratch("set"), settings: settings, classes: names)
    let reconciliation = try writer.reconcile(with: list)
    #expect(reconciliation.waiting.isEmpty && reconciliation.corrected == 2 && reconciliation.correctedNames == 8)
    #expect(try writer.finish().clips == 6)
    let now = try ShardSet(scratch("set"))
    #expect(try (0..<now.count).map { try now.clip($0).info.description } == list)
    #expect(try (0..<now.count).map { try now.clip($0).frames(at: [0])[0].packed() } == before)
    #expect(try now.classNames() == names)
    try expectSound()
  }
}
