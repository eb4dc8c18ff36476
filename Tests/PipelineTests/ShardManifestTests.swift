import Foundation
import SluiceDatasets
import SluiceDecode
import SluicePipelines
import SluiceShards
import Testing

/// A shard set says what it consists of.
@Suite(.serialized) struct ShardManifestTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }

  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments, in: folder.path)
  }

  private func info() throws -> [String: Any]? {
    let run = try sluice("shards", "info", "set", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let all = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return all?["dataset"] as? [String: Any]
  }

  private func preprocess(_ list: String, _ options: String...) throws -> String {
    _ = try folder.write(list, "train.txt")
    _ = try folder.write(#"{"left": 0, "right": 1, "up": 2, "down": 3}"#, "classes.json")
    let run = try SluiceProgram.run(
      ["preprocess", "train.txt", "--classes", "classes.json", "--out", "set"] + options, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    return run.errors
  }

  @Test func theIdentityOfASetIsThatOfItsList() throws {
    try runs.data()
    let list = "v0.mp4 left\nv1.mp4 0.0 0.2 right\nv2.mp4 up\n"
    _ = try preprocess(list)
    let map = try ClassMap(contentsOf: folder("classes.json"))
    var read = try DatasetList(contentsOf: folder("train.txt"))
    read.root = folder.path
    let space = ClassSpace(map: map, origin: "classes.json")
    let wanted = try Clips(videos: read, classes: space).manifest()
    #expect(try info()?["digest"] as? String == wanted.identity.digest && info()?["count"] as? Int == 3)
    let stored = try #require(try ShardSet.storedManifest(in: folder("set")))
    #expect(stored == wanted)
    #expect(
      try sluice("shards", "info", "set").output.contains("data      3 samples, \(wanted.identity.digest.prefix(16))"))
    #expect(try sluice("shards", "verify", "set").status == 0)
    // Other frames are other data.
    try FileManager.default.removeItem(atPath: folder("set"))
    _ = try preprocess(list, "--frames", "4")
    let fewer = try #require(try ShardSet.storedManifest(in: folder("set")))
    #expect(
      fewer.difference(from: wanted).first
        == "frames were stored as decoded, they are stored with at most 4 frames of a clip now")
  }

  @Test func aCorrectionIsSaidWithBothValues() throws {
    try runs.data()
    _ = try preprocess("v0.mp4 left\nv1.mp4 right\nv2.mp4 up\n")
    let said = try preprocess("v0.mp4 left\nv1.mp4 down\nv2.mp4 up\n")
    #expect(
      said.contains(
        "The first difference from the set before: sample 2 was “v1.mp4” label 1, it is “v1.mp4” label 3 now."),
      "\(said)")
    #expect(try sluice("shards", "verify", "set").status == 0)
    #expect(!(try preprocess("v0.mp4 left\nv1.mp4 down\nv2.mp4 up\nv3.mp4 up\n")).contains("first difference"))
  }

  @Test func aManifestOfAnotherSetIsFoundAndRepaired() throws {
    try runs.data()
    _ = try preprocess("v0.mp4 left\nv1.mp4 right\n")
    let path = ShardSet.manifestPath(in: folder("set"))
    var other = DatasetManifest()
    other.append(path: "v9.mp4", part: nil, labels: [1], captions: [])
    for bytes in [try other.compressed(), [1, 2, 3]] {
      try Data(bytes).write(to: URL(filePath: path))
      let found = try sluice("shards", "verify", "set")
      #expect(found.status == 1 && found.output.contains("sluice shards repair set"), "\(found.output)")
      #expect(try sluice("shards", "repair", "set").status == 0)
      #expect(try sluice("shards", "verify", "set").status == 0)
    }
    // Sets from before have none, and that is no fault.
    try FileManager.default.removeItem(atPath: path)
    #expect(try sluice("shards", "verify", "set").status == 0 && info() == nil)
  }

  @Test func aRunGoesOnFromShardsOfItsList() async throws {
    try runs.data()
    let list = (0..<4).map { "v\($0).mp4 \(["left", "right", "up", "down"][$0])\n" }.joined()
    _ = try preprocess(list)
    let request = runs.request("train.txt") { $0.classes = folder("classes.json") }
    try await runs.start(request, in: "whole")
    try await runs.start(request, in: "run", stopAfter: 1)
    try await runs.resume({ $0.data = [folder("set")] })
    #expect(try runs.losses() == runs.losses("whole"))
    // Smaller frames are other data, though paths and labels are the same.
    try FileManager.default.removeItem(atPath: folder("set"))
    _ = try preprocess(list, "--short-side", "16")
    try await runs.start(request, in: "other", stopAfter: 1)
    await #expect(throws: (any Error).self) { try await runs.resume({ $0.data = [folder("set")] }, in: "other") }
  }
}
