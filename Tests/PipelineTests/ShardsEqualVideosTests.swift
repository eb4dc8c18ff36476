import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceShards
import Testing

/// Batches from shards are those from the videos the shards were made of, bit for bit.
@Suite struct ShardsEqualVideosTests {
  @Test func batchesAreEqualBitForBit() async throws {
    let folder = TemporaryFolder()
    var items: [DatasetItem] = []
    for number in 0..<5 {
      try folder.video("v\(number).mp4", frames: 24 + number, width: 72, height: 56, seed: number)
      items.append(DatasetItem(path: folder("v\(number).mp4"), labels: [.number(number)], captions: ["clip \(number)"]))
    }
    let list = DatasetList(items: items)
    let writer = try ShardSetWriter(folder("set"))
    for try await _ in preprocessPipeline(try ListedClip.all(of: list), into: writer).run() {}
    _ = try writer.finish()

    let files = try Clips(videos: list)
    let videos = Pipeline("videos") {
      files.shuffled(seed: 4)
      DenseFrames(count: 8, stride: 2)
      Decode()
      Augment(.resizedCrop(32), .flip)
    }
    let stored = try Clips(videos: DatasetList(items: []), shards: [try ShardSet(folder("set"))])
    let shards = Pipeline("shards") {
      stored.shuffled(seed: 4)
      DenseFrames(count: 8, stride: 2)
      Decode().workers(2)
      Augment(.resizedCrop(32), .flip).workers(2)
    }
    let options = RunOptions(seed: 9, epochs: 2)
    let one = try await clips(videos.run(options))
    let other = try await clips(shards.run(options))
    #expect(one.count == 10 && other.count == 10)
    for (first, second) in zip(one, other) {
      #expect(first.pixels.bytes == second.pixels.bytes && first.labels == second.labels)
      #expect(first.captions == second.captions)
      #expect(first.values.floats == second.values.floats)
    }
  }

  private func clips(_ run: PipelineRun<Clip>) async throws -> [Clip] {
    var clips: [Clip] = []
    for try await clip in run { clips.append(clip) }
    return clips
  }

  @Test func aListFindsItsClipsByPathAndPartsCoverThemOnce() async throws {
    let folder = TemporaryFolder()
    var items: [DatasetItem] = []
    for number in 0..<5 {
      try folder.video("v\(number).mp4", frames: 3, seed: number)
      items.append(DatasetItem(path: folder("v\(number).mp4"), labels: [.number(number)]))
    }
    let writer = try ShardSetWriter(folder("set"))
    var list = DatasetList(items: items)
    list.root = folder.path
    let clips = try ListedClip.all(of: list)
    for try await _ in preprocessPipeline(clips, into: writer).run() {}
    _ = try writer.finish()
    let set = try ShardSet(folder("set"))

    var reversed = Array(items.reversed())
    reversed[0].labels = [.number(40)]
    let source = try Shards(set, list: DatasetList(items: reversed), root: folder.path)
    let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "", stage: "")
    #expect(source.count == 5 && source.name(of: 1) == "v3.mp4")
    #expect(try source.element(at: 0, context: context).labels == [40])

    var seen: [String] = []
    for part in 0..<3 {
      let mine = Shards(set).part(part, of: 3)
      seen += (0..<mine.count).map(mine.name(of:))
    }
    #expect(seen.sorted() == (0..<5).map { "v\($0).mp4" })

    let unknown = DatasetList(items: [DatasetItem(path: "elsewhere.mp4", line: 7)])
    let error = #expect(throws: ShardError.self) { try Shards(set, list: unknown) }
    #expect(error?.description.contains("line 7 names elsewhere.mp4") == true)
  }
}
