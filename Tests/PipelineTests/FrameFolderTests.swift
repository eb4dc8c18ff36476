import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceMedia
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceShards
import SluiceTraining
import Testing

/// Folders of numbered images, and what was preprocessed of them: the same clips, bit for bit.
@Suite struct FrameFolderTests {
  private let folder = TemporaryFolder()
  private let template: ImageTemplate

  init() throws {
    template = try ImageTemplate("img_{:05d}.jpg")
  }

  /// Writes JPEG images with these numbers.
  private func images(_ name: String, _ numbers: some Sequence<Int>, seed: Int) throws {
    let numbers = Array(numbers)
    try folder.video("source.mp4", frames: (numbers.max() ?? 0) + 1, width: 72, height: 56, seed: seed)
    try FileManager.default.createDirectory(atPath: folder("frames/\(name)"), withIntermediateDirectories: true)
    let frames = try VideoFile(path: folder("source.mp4")).frames(at: numbers)
    for (number, frame) in zip(numbers, frames) {
      try frame.write(to: folder("frames/\(name)/\(template.name(of: number, in: name))"))
    }
  }

  /// Five folders, one with a gap and one with a damaged image, and their list.
  private func list(_ lines: String? = nil) throws -> DatasetList {
    if !FileManager.default.fileExists(atPath: folder("frames")) {
      for number in 0..<5 { try images("cls//clip\(number)", 1...(20 + number), seed: number) }
      try FileManager.default.removeItem(atPath: folder("frames/cls/clip1/img_00007.jpg"))
      let path = folder("frames/cls/clip3/img_00004.jpg")
      let bytes = try Data(contentsOf: URL(filePath: path))
      try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path))
      _ = try folder.write("no frame", "frames/cls/clip0/notes.txt")
    }
    let text = lines ?? (0..<5).map { "cls//clip\($0) \(20 + $0) \(4 - $0)\n" }.joined()
    return try DatasetList(
      contentsOf: folder.write(text, "list.txt"), root: folder("frames"), format: .bike, imageTemplate: template)
  }

  private func store(_ list: DatasetList, _ out: String = "set") async throws -> (set: ShardSet, warnings: [String]) {
    let writer = try ShardSetWriter(folder(out))
    var warnings: [String] = []
    for try await stored in preprocessPipeline(try ListedClip.all(of: list), into: writer).run() {
      #expect(stored.failure == nil)
      if let warning = stored.warning { warnings.append("\(stored.clip.description.path): \(warning)") }
    }
    _ = try writer.finish()
    return (try ShardSet(folder(out)), warnings)
  }

  private func samples(_ clips: Clips) async throws -> [Clip] {
    let pipeline = Pipeline("clips") {
      clips.shuffled(seed: 4)
      // All frames of the shortest clips: the missing one is among them.
      DenseFrames(count: 20, stride: 1)
      Decode().workers(2)
      Augment(.resizedCrop(32), .flip).workers(2)
    }
    var samples: [Clip] = []
    for try await clip in pipeline.run(RunOptions(seed: 9, epochs: 2)) { samples.append(clip) }
    return samples
  }

  private func expectSame(_ first: [Clip], _ second: [Clip]) {
    #expect(first.count == second.count && !first.isEmpty)
    for (one, other) in zip(first, second) {
      #expect(one.pixels.bytes == other.pixels.bytes && one.values.floats == other.values.floats)
      #expect(one.labels == other.labels)
    }
  }

  @Test func batchesOfFoldersAndOfTheirShardsAreEqualBitForBit() async throws {
    let list = try list()
    let (set, warnings) = try await store(list)
    let folders = try Clips(videos: list)
    let fromFolders = try await samples(folders)
    #expect(fromFolders.count == 10)
    expectSame(fromFolders, try await samples(Clips(videos: DatasetList(items: []), shards: [set])))
    expectSame(fromFolders, try await samples(Clips(listed: list, in: [set])))
    // 20 files with a gap: as many frames as there are files.
    #expect(try (0..<5).map { try set.clip($0).frameCount } == [20, 20, 22, 23, 24])
    #expect(warnings.count == 2, "\(warnings)")
    #expect(
      warnings[0].hasPrefix(
        "cls//clip1: the list says 21 frames, there are 20; 1 frame that is missing or damaged is shown"))
    #expect(
      warnings[1].hasPrefix("cls//clip3: 1 frame that is missing or damaged is shown as the first frame of the folder.")
    )
    #expect(warnings[1].contains("img_00004.jpg: the image cannot be decoded"))
    let notes = folders.warnings.notes
    #expect(folders.warnings.substitutionCount > 0 && notes.count == 2, "\(notes)")
    #expect(
      notes.last?.hasPrefix("1 clip has another number of frames than the list says. The first: ") == true
        && notes.last?.hasSuffix("cls//clip1 has 20, the list says 21.") == true)
  }

  @Test func aListFindsItsClipsUnderItsOwnPathsAndThoseOfTheFiles() async throws {
    let list = try list()
    let (set, _) = try await store(list)
    // Another order, other labels, single slashes where the set has them too.
    let other = try self.list("cls//clip4 24 7\ncls//clip0 20 8\n")
    let listed = try Clips(listed: other, in: [set])
    #expect((0..<2).map { listed.name(of: $0) } == ["cls//clip4", "cls//clip0"])
    #expect((0..<2).map { listed.listedPath(of: $0) } == ["cls//clip4", "cls//clip0"])
    #expect(try (0..<2).map { try listed.labels(of: $0) } == [[7], [8]])
    #expect(try listed.manifest().count == 2)
    // What was preprocessed without a root has the paths of the files.
    var whole = list
    whole.root = nil
    let (unrooted, _) = try await store(whole, "unrooted")
    expectSame(try await samples(Clips(listed: other, in: [unrooted])), try await samples(listed))
    // The files need not be there any longer.
    try FileManager.default.removeItem(atPath: folder("frames"))
    try Clips(listed: other, in: [set]).requireFiles(tolerating: 0)
    let missing = DatasetList(
      items: [DatasetItem(path: "a"), DatasetItem(path: "b", part: .frames(0..<3), line: 2)])
    let error = try #require(throws: DatasetListError.self) { try Clips(listed: missing, in: [set]) }
    #expect(
      error.reason
        == "“a” is not in \(folder("set")), nor are 1 of the other 1 samples. Preprocess the list to add them")
  }

  @Test func partsOfAFolderAreFoundInTheWholeAndReachBehindItsEnd() async throws {
    let whole = try list()
    // As Charades' intervals: the last reaches behind the 20 frames of its folder.
    var parts = whole
    parts.items = [(0, 2..<11), (2, 5..<6), (0, 15..<25)].map { number, range in
      var item = whole.items[number]
      (item.part, item.frameCount) = (.frames(range), nil)
      return item
    }
    let folders = try Clips(videos: parts)
    let frames = try (0..<3).map { try contents(folders, $0) }
    #expect(frames.map(\.count) == [9, 1, 10])
    #expect(frames[2][5...].allSatisfy { $0 == frames[2][9] } && frames[2][4] != frames[2][5])
    let first = try contents(Clips(videos: whole), 0)
    #expect(frames[0] == Array(first[2..<11]) && frames[2][9] == first[0])
    #expect(folders.warnings.substitutionCount == 5)

    let (set, _) = try await store(whole)
    let listed = try Clips(listed: parts, in: [set])
    #expect(try (0..<3).map { try contents(listed, $0) } == frames)
    #expect(listed.warnings.substitutionCount == 5)
    #expect(listed.warnings.notes[0].contains("cls//clip0: frame 20 lies behind the 20 that are stored"))
    let (own, warnings) = try await store(parts, "parts")
    #expect(try (0..<3).map { try contents(Clips(listed: parts, in: [own]), $0) } == frames)
    #expect(
      warnings.count == 1 && warnings[0].contains("5 frames that are missing or damaged are shown"), "\(warnings)")
  }

  @Test func timesAreCountedAtTheRateOfTheFrames() async throws {
    // 25 frames a second.
    try folder.video("AAAA1.mp4", frames: 50)
    let csv = "video_id,label,start_time,end_time,total_time\nAAAA1,c000,0.4,1.2,2.0\n"
    let path = try folder.write(csv, "train.csv")
    let right = try Clips(videos: DatasetList(contentsOf: path, root: folder.path, frameRate: 25))
    let frames = try contents(right, 0)
    #expect(frames.count == 20)
    let wrong = try DatasetList(contentsOf: path, root: folder.path)
    let error = try #require(throws: MediaError.self) { try contents(Clips(videos: wrong), 0) }
    #expect(
      error.reason.contains(
        "frames a second, and the times of the list are counted at 24.0. Say with --list-fps at which rate, or preprocess "
          + "whole videos with --fps 24.0"), "\(error)")
    var whole = DatasetList(items: [DatasetItem(path: folder("AAAA1.mp4"))])
    whole.root = folder.path
    let (set, _) = try await store(whole)
    let listed = try DatasetList(contentsOf: path, root: folder.path, frameRate: 25)
    #expect(try contents(Clips(listed: listed, in: [set]), 0) == frames)
    let stored = try #require(throws: MediaError.self) { try contents(Clips(listed: wrong, in: [set]), 0) }
    #expect(stored.description.hasPrefix("AAAA1.mp4: has 25"), "\(stored)")
  }

  /// The bytes of all frames of a clip.
  private func contents(_ clips: Clips, _ index: Int) throws -> [[UInt8]] {
    let context = ElementContext(seed: 0, epoch: 0, sample: index, identity: "", stage: "")
    let handle = try clips.element(at: index, context: context)
    return try handle.frames.frames(at: Array(handle.range)).map { $0.packed() }
  }

  @Test func aRequestFindsWhatItsListsNameInItsShards() async throws {
    let list = try list()
    let (set, _) = try await store(list)
    var request = RunRequest()
    (request.data, request.root, request.format) = ([set.path], folder("frames"), "bike")
    (request.imageTemplate, request.clipLists) = (template.text, [folder("list.txt")])
    let clips = try request.clips(of: request.data, wanting: .one)
    #expect(clips.count == 5 && clips.name(of: 2) == "cls//clip2")
    let long = try request.clips(of: request.data, wanting: .one) { try $0.removingShort(minimum: 23) }
    #expect((0..<long.count).map { long.name(of: $0) } == ["cls//clip3", "cls//clip4"] && long.notes.count == 1)
    // A list for validation has a root of its own, and is opened where it lies.
    _ = try folder.write("clip0 20 1\nclip2 22 1\n", "val.txt")
    (request.validation, request.validationRoot) = ([folder("val.txt")], folder("frames/cls"))
    let validation = try request.clips(of: [folder("val.txt")], wanting: .one)
    #expect(validation.count == 2 && validation.name(of: 0) == folder("frames/cls/clip0"))
    // Where nothing lies there, it is looked up in the shards.
    try FileManager.default.moveItem(atPath: folder("frames"), toPath: folder("gone"))
    _ = try folder.write("cls//clip0 20 1\n", "val.txt")
    let stored = try request.clips(of: [folder("val.txt")], classes: clips.classes, wanting: .one)
    #expect(stored.count == 1 && stored.name(of: 0) == "cls//clip0")
    #expect(try contents(stored, 0) == contents(clips, 0))
  }

  @Test func aRequestIsTheSameWhenItIsStored() throws {
    var request = RunRequest()
    (request.imageTemplate, request.listRate, request.clipLists) = ("img_{:05d}.jpg", 30, ["a.txt"])
    (request.data, request.validationRoot) = (["shards"], "val")
    let stored = try JSONDecoder().decode(RunRequest.self, from: JSONEncoder().encode(request))
    #expect(stored == request)
    #expect(RunRequest().completed(by: stored) == request)
  }
}
