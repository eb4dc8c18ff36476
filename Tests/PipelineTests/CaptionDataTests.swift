import Foundation
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluicePipelines
import SluiceShards
import TestSupport
import Testing

/// Clips with captions, from lists and from shards that were made of them.
@Suite struct CaptionDataTests {
  private let folder = TemporaryFolder()
  private let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "", stage: "")

  /// Captions that a careless reader or writer would change.
  private static let captions: [[String]] = [
    [""], ["first words", "", "second words"], ["cafe\u{301}", "caf\u{E9}"],
    ["tab\tline\nreturn\r quote \" backslash \\ slash / null \u{0} end"],
    ["👩‍👩‍👧‍👦 \u{2028} \u{FEFF} \u{200D}", "  blanks at both ends  "],
    [Array(repeating: "word", count: 10_000).joined(separator: " ")],
  ]

  /// A video for each of them, and their list as JSON.
  private func write() throws -> DatasetList {
    var entries: [String] = []
    for (number, captions) in Self.captions.enumerated() {
      try folder.video("v\(number).mp4", frames: 3, width: 32, height: 32, seed: number)
      let value = String(decoding: try JSONEncoder().encode(captions), as: UTF8.self)
      entries.append("\"v\(number)\": \(value)")
    }
    let list = try folder.write("{" + entries.joined(separator: ",\n") + "}", "captions.json")
    return try DatasetList(contentsOf: list, root: folder.path)
  }

  private func bytes(_ captions: [String]) -> [[UInt8]] { captions.map { Array($0.utf8) } }

  @Test func captionsTravelThroughShardsUnchanged() async throws {
    let list = try write()
    #expect(list.items.map { bytes($0.captions) } == Self.captions.map(bytes))
    let run = try SluiceProgram.run(
      ["preprocess", "captions.json", "--root", folder.path, "--out", "set"], in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let videos = try Clips(videos: list)
    let stored = try Clips(videos: DatasetList(items: []), shards: [ShardSet(folder("set"))])
    #expect(stored.count == Self.captions.count)
    for (number, captions) in Self.captions.enumerated() {
      for clips in [videos, stored] {
        #expect(try bytes(clips.captions(of: number)) == bytes(captions))
        #expect(try bytes(clips.element(at: number, context: context).captions) == bytes(captions))
      }
    }
    #expect(try stored.manifest().identity == videos.manifest().identity)
    for clips in [videos, stored] { try clips.requireCaptions() }
  }

  @Test func aCorrectedCaptionIsCorrectedInTheShards() throws {
    _ = try write()
    let arguments = ["preprocess", "captions.json", "--root", folder.path, "--out", "set"]
    try #require(try SluiceProgram.run(arguments, in: folder.path).status == 0)
    let text = try String(contentsOfFile: folder("captions.json"), encoding: .utf8)
    _ = try folder.write(text.replacingOccurrences(of: "second words", with: "other words"), "captions.json")
    let second = try SluiceProgram.run(arguments, in: folder.path)
    #expect(second.status == 0 && second.errors.contains("1 clip has other labels or captions"), "\(second.errors)")
    #expect(
      try ShardSet(folder("set")).clip(1).info.description.captions == ["first words", "", "other words"])
  }

  @Test func clipsWithoutACaptionAreNamed() throws {
    try folder.video("v0.mp4", frames: 3)
    let labels = try folder.write("# labels\nv0.mp4 3\n", "labels.txt")
    let clips = try Clips(videos: DatasetList(contentsOf: labels, root: folder.path))
    let found = sentence { try clips.requireCaptions() }
    #expect(
      found.hasPrefix(
        "\(labels):2: no caption stands beside \(folder("v0.mp4")), but the label 3; video and text are "),
      "\(found)")
    #expect(
      found.hasSuffix(
        "learned from pairs. Name a list with captions (formats: captions, webvid, msrvtt, csv, something), or shards "
          + "that were made of one"), "\(found)")
    let run = try SluiceProgram.run(["preprocess", labels, "--root", folder.path, "--out", folder("set")])
    try #require(run.status == 0, "\(run.errors)")
    let stored = try Clips(videos: DatasetList(items: []), shards: [ShardSet(folder("set"))])
    #expect(
      sentence { try stored.requireCaptions() }.hasPrefix("\(folder("set")): no caption stands beside v0.mp4, but "))
    let bare = try Clips(videos: DatasetList(items: [DatasetItem(path: "a.mp4")]))
    #expect(sentence { try bare.requireCaptions() }.contains("nothing but the video"))
  }

  @Test func aShareIsDrawnBySeedAndKeepsTheOrder() throws {
    let clips = try Clips(
      videos: DatasetList(items: (0..<1000).map { DatasetItem(path: "\($0).mp4", captions: ["\($0)"]) }))
    func numbers(_ share: Double, _ seed: UInt64) throws -> [Int] {
      let part = try clips.selecting(share: share, seed: seed)
      return try (0..<part.count).map { try #require(try Int(part.captions(of: $0)[0])) }
    }
    let tenth = try numbers(0.1, 3)
    #expect(tenth.count == 100 && tenth == tenth.sorted() && Set(tenth).count == 100)
    #expect(try numbers(0.1, 3) == tenth && numbers(0.1, 4) != tenth)
    // What a smaller share has is part of a larger one.
    #expect(try Set(numbers(0.35, 3)).isSuperset(of: tenth))
    #expect(try numbers(1, 3) == Array(0..<1000) && numbers(1e-9, 3).count == 1)
    #expect(try numbers(0.9999, 3).count == 1000 && numbers(0.0149, 3).count == 15)
    // Not the first ones: every part of the list has its share.
    #expect((30...70).contains(tenth.count { $0 < 500 }))
    // Of a part of the clips, a part of that.
    let half = try clips.selecting((0..<500).map { 2 * $0 }).selecting(share: 0.1, seed: 3)
    #expect(half.count == 50)
    #expect(try (0..<50).allSatisfy { try #require(try Int(half.captions(of: $0)[0])) % 2 == 0 })
    #expect(try Clips(videos: DatasetList(items: [])).selecting(share: 0.1, seed: 0).count == 0)
  }

  @Test(arguments: [0, -0.1, 1.1, .infinity, .nan]) func aShareThatIsNoneIsRefused(share: Double) throws {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: "a.mp4")]))
    #expect(
      sentence { _ = try clips.selecting(share: share, seed: 0) }
        == "list: a share of \(share) of its samples; wanted: a number above 0 and at most 1")
  }

  @Test func missingVideosAreCountedNamedAndTolerated() throws {
    try folder.video("v0.mp4", frames: 3)
    _ = try folder.write(#"{"v0": "there", "gone": "not there", "v0.webm": "neither"}"#, "captions.json")
    let check = try SluiceProgram.run(["check", "captions.json"], in: folder.path)
    #expect(check.status == 1 && check.output.contains("gone.mp4") && check.output.contains("v0.webm"))
    for (tolerated, status) in [("0.7", 0), ("0.5", 1)] as [(String, Int32)] {
      let run = try SluiceProgram.run(
        ["preprocess", "captions.json", "--out", "set-\(tolerated)", "--max-failures", tolerated], in: folder.path)
      #expect(run.status == status, "\(run.errors)")
      let failures = try String(contentsOfFile: folder("set-\(tolerated)/failures.csv"), encoding: .utf8)
      #expect(failures.contains("gone.mp4") && failures.contains("v0.webm"))
    }
    let train = try SluiceProgram.run(
      ["train", "maskfeat", "--data", "captions.json", "--steps", "1", "--out", "run"], in: folder.path)
    #expect(
      train.status == 1 && train.errors.contains("gone.mp4 is not there; 2 of 3 samples are missing"), "\(train.errors)"
    )
  }
}
