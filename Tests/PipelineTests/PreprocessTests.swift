import Foundation
import Sluice
import SluiceDatasets
import SluiceFlow
import SluiceMedia
import SluicePipelines
import SluiceSamples
import SluiceShards
import Testing

@Suite struct PreprocessTests {
  private func store(
    _ list: DatasetList, _ out: String, _ settings: ShardSettings = ShardSettings(), workers: Int = 1,
    root: String? = nil
  ) async throws -> ShardSetWriter.Summary {
    let writer = try ShardSetWriter(out, settings: settings)
    var list = list
    if let root { list.root = root }
    let clips = try ListedClip.all(of: list)
    let waiting = clips.filter { !writer.finished.contains($0.description) && !writer.failed.contains($0.description) }
    if !waiting.isEmpty {
      for try await _ in preprocessPipeline(waiting, into: writer, workers: workers).run(RunOptions(maxFailures: nil)) {
      }
    }
    return try writer.finish()
  }

  @Test func framesInShardsAreThoseOfTheVideos() async throws {
    let folder = TemporaryFolder()
    for number in 0..<3 { try folder.video("v\(number).mp4", frames: 20 + number, seed: number) }
    let list = DatasetList(items: (0..<3).map { DatasetItem(path: folder("v\($0).mp4"), labels: [.number($0)]) })
    let summary = try await store(list, folder("set"))
    #expect(summary.clips == 3 && summary.frames == 63 && summary.failures.isEmpty)
    let set = try ShardSet(folder("set"))
    for number in 0..<3 {
      let video = try VideoFile(path: folder("v\(number).mp4"))
      let clip = try set.clip(number)
      #expect(clip.frameCount == video.frameCount && clip.frameRate == video.frameRate)
      #expect(clip.info.description.labels == [number])
      let indices = [7, 0, clip.frameCount - 1, 7]
      let pairs = try zip(clip.frames(at: indices), video.frames(at: indices))
      for (stored, decoded) in pairs {
        #expect(stored.packed() == decoded.packed() && stored.time == decoded.time && stored.color == decoded.color)
      }
    }
  }

  @Test func anyNumberOfWorkersWritesTheSameBytesAndListsFailures() async throws {
    let folder = TemporaryFolder()
    var items: [DatasetItem] = []
    for number in 0..<7 {
      try folder.video("v\(number).mp4", frames: 6, seed: number)
      items.append(DatasetItem(path: folder("v\(number).mp4"), labels: [.number(number)]))
    }
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder("broken.mp4")))
    items.insert(DatasetItem(path: folder("broken.mp4")), at: 2)
    items.insert(DatasetItem(path: folder("missing.mp4")), at: 5)
    items.append(items[0])
    let list = DatasetList(items: items)
    let settings = ShardSettings(shardSize: 1 << 16)
    let one = try await store(list, folder("one"), settings)
    #expect(one.clips == 8 && one.failures.count == 2)
    let three = try await store(list, folder("three"), settings, workers: 3)
    #expect(three == one)
    #expect(try folder.contents("one") == folder.contents("three"))
    let csv = try String(contentsOfFile: folder("one/failures.csv"), encoding: .utf8)
    #expect(csv.contains("broken.mp4") && csv.contains("missing.mp4"))
    #expect(try ShardVerification.check(folder("one")).problems.isEmpty)
  }

  @Test(arguments: [1, 2, 5, 20, 21]) func onlySoManyFramesAreKept(limit: Int) async throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 20)
    let list = DatasetList(items: [DatasetItem(path: folder("v.mp4"))])
    _ = try await store(list, folder("set"), ShardSettings(frameLimit: limit))
    let video = try VideoFile(path: folder("v.mp4"))
    let clip = try ShardSet(folder("set")).clip(0)
    let expected = [1: [10], 2: [0, 19], 5: [0, 4, 9, 14, 19]][limit] ?? Array(0..<20)
    #expect(clip.frameCount == expected.count)
    #expect(
      try clip.frames(at: Array(expected.indices)).map { $0.packed() } == video.frames(at: expected).map { $0.packed() }
    )
    #expect(try ShardSet(folder("set")).settings().frameLimit == limit)
  }

  @Test func aPartOfAVideoIsStoredAlone() async throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 50)
    let list = DatasetList(items: [DatasetItem(path: folder("v.mp4"), seconds: 0.4..<1.2, labels: [.number(1)])])
    _ = try await store(list, folder("set"), root: folder.path)
    let video = try VideoFile(path: folder("v.mp4"))
    let clip = try ShardSet(folder("set")).clip(0)
    let first = video.frameIndex(at: 0.4)
    #expect(clip.frameCount == video.frameIndex(at: 1.2) - first + 1)
    #expect(
      try clip.frames(at: [0, 5]).map { $0.packed() } == video.frames(at: [first, first + 5]).map { $0.packed() })
    #expect(clip.info.description.path == "v.mp4" && clip.info.description.start == 0.4)
  }

  @Test func aPartOfNoFramesIsNoClip() async throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 5)
    let list = DatasetList(
      items: [nil, ClipPart.frames(3..<3)].map { DatasetItem(path: folder("v.mp4"), part: $0) })
    let summary = try await store(list, folder("set"))
    #expect(summary.clips == 1)
    #expect(summary.failures.map(\.reason) == ["has no frames in the part asked for"])
  }

  /// As many pixels in the same form, but what the samples mean is another color.
  @Test func framesWhoseColorsChangeTheirMeaningAreNoClip() async throws {
    let folder = TemporaryFolder()
    var joined = Data()
    for (name, matrix) in [("a.h264", ColorDescription.Matrix.bt601), ("b.h264", .bt709)] {
      let bytes = (0..<64 * 48 * 3 / 2).map { UInt8(truncatingIfNeeded: $0) }
      let frame = VideoFrame(
        width: 64, height: 48, layout: .yuv420, color: ColorDescription(matrix: matrix), packed: bytes)
      let writer = try VideoWriter(path: folder(name), like: frame)
      for _ in 0..<4 { try writer.append(frame) }
      try writer.finish()
      joined += try Data(contentsOf: URL(fileURLWithPath: folder(name)))
    }
    try joined.write(to: URL(fileURLWithPath: folder("c.h264")))
    let summary = try await store(DatasetList(items: [DatasetItem(path: folder("c.h264"))]), folder("set"))
    #expect(summary.clips == 0)
    #expect(
      summary.failures.map(\.reason) == [
        "frame 4 is 64×48 yuv420 bt709 limited, the clip began with 64×48 yuv420 bt601 limited"
      ])
  }

  @Test func scalingAndThinningDoWhatTheySay() async throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 50, width: 160, height: 96)
    let list = DatasetList(items: [DatasetItem(path: folder("v.mp4"))])
    _ = try await store(list, folder("set"), ShardSettings(shortSide: 48, frameRate: 5))
    let clip = try ShardSet(folder("set")).clip(0)
    #expect(clip.info.geometry.width == 80 && clip.info.geometry.height == 48)
    #expect(clip.frameRate == 5 && clip.frameCount == 10)
    let times = try clip.frames(at: Array(0..<10)).compactMap(\.time)
    for (number, time) in times.enumerated() { #expect(abs(time - Double(number) / 5) < 0.021) }
  }

  @Test func foldersOfImagesAndSingleImagesAreClips() async throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 4)
    let pictures = try VideoFile(path: folder("v.mp4")).frames(at: [0, 1, 2, 3])
    try FileManager.default.createDirectory(atPath: folder("frames"), withIntermediateDirectories: true)
    for (number, picture) in pictures.enumerated() { try picture.write(to: folder("frames/img_0000\(number + 1).png")) }
    let text = try folder.write("frames 4 3\n", "list.txt")
    let list = try DatasetList(contentsOf: text, root: folder.path)
    #expect(list.items.map(\.frameCount) == [4])
    _ = try await store(list, folder("set"), root: folder.path)
    let clip = try ShardSet(folder("set")).clip(0)
    #expect(clip.frameCount == 4 && clip.info.geometry.layout == .rgb && clip.frameRate == nil)
    #expect(try clip.frames(at: [2])[0].packed() == pictures[2].convertedToRGB().packed())

    _ = try await store(try DatasetList(contentsOf: folder("frames")), folder("images"))
    #expect(try ShardSet(folder("images")).count == 4)
  }

  @Test func theGraphShowsEveryStage() throws {
    let folder = TemporaryFolder()
    let writer = try ShardSetWriter(folder("set"), settings: ShardSettings(shortSide: 48))
    let pipeline = preprocessPipeline([], into: writer, workers: 2)
    let names = pipeline.plan.nodes.map(\.name)
    #expect(names.suffix(4) == ["decode", "scale", "encode", "write"])
  }
}
