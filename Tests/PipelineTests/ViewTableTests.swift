import Foundation
import SluiceAugment
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluicePipelines
import SluicePlatform
import SluiceSample
import SluiceSamples
import SluiceShards
import SluiceTraining
import TestSupport
import Testing

/// Views of clips, drawn once and stored beside their shards.
@Suite struct ViewTableTests {
  /// The frames that a pipeline sees, those of one epoch after those of the other, by the clip's number.
  private func seen(_ set: ShardSet, by system: any TrainingSystem, epochs: Int) async throws -> [[Int: [UInt8]]] {
    let stages = system.pipeline.stages
    let augment = try #require(stages.lazy.compactMap { $0 as? Augment }.first)
    let clips = try Clips(videos: DatasetList(items: []), shards: [set])
    let sampling: Segment<ClipHandle, FrameSelection>
    if let dense = stages.lazy.compactMap({ $0 as? DenseFrames }).first {
      sampling = Segment { dense }
    } else {
      let still = try #require(stages.lazy.compactMap { $0 as? StillFrame }.first)
      sampling = Segment { still }
    }
    let pipeline = Pipeline("live") {
      clips.shuffled()
      sampling
      Decode().workers(2)
      augment.workers(2)
    }
    var found: [[Int: [UInt8]]] = []
    for try await clip in pipeline.run(RunOptions(seed: 9, epochs: epochs, maxFailures: 0)) {
      if (found.last?.count ?? set.count) == set.count { found.append([:]) }
      found[found.count - 1][try #require(Int(clip.captions[0]))] = clip.pixels.bytes
    }
    return found
  }

  @Test(arguments: ["bevt", "bevt-image", "videomae", "maskfeat"])
  func viewKIsWhatARunSeesInItsEpochK(system: String) async throws {
    let shards = try await ViewedShards(4, of: system)
    var request = RunRequest()
    if system == "bevt-image" { request.settings["recipe.jitter"] = "0" }
    request.seed = 9
    let declared = try Systems.named(system).init(request)
    let epochs = try await seen(shards.set, by: declared, epochs: ViewedShards.perClip)
    let views = shards.views
    #expect(views.count == 12 && views.clipCount == 4 && views.facts.system == system && epochs.count == 3)
    var view = 0
    for try await pixels in viewPixels(views, of: shards.set, size: views.facts.side, workers: 2).run() {
      let clip = try views.clip(of: view)
      #expect(try views.views(of: clip) == clip * 3..<clip * 3 + 3 && pixels.view == view)
      #expect(pixels.content.bytes == epochs[view % 3][clip], "view \(view)")
      view += 1
    }
    #expect(view == 12)
  }

  @Test func drawingIsRepeatedToTheSameBytes() async throws {
    let shards = try await ViewedShards()
    let path = ViewTable.path(in: shards.path)
    let before = try Data(contentsOf: URL(filePath: path))
    let recipe = try Systems.viewRecipe(of: "bevt")
    let again = try ViewTable.draw(3, of: shards.set, by: recipe, seed: 9)
    #expect(again.isUnchanged && again.table.identity == shards.views.identity && again.unseen.isEmpty)
    try FileManager.default.removeItem(atPath: path)
    _ = try ViewTable.draw(3, of: shards.set, by: recipe, seed: 9)
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    let other = try ViewTable.draw(3, of: shards.set, by: recipe, seed: 10)
    #expect(!other.isUnchanged && other.table.identity != shards.views.identity && other.table.seed == 10)
    let mirrored = try Systems.viewRecipe(of: "bevt", settings: ["recipe.flip": "1"])
    let flipped = try ViewTable.draw(1, of: shards.set, by: mirrored, seed: 9).table
    #expect(try (0..<flipped.count).allSatisfy { try flipped.view($0).geometry.isMirrored })
    #expect(try flipped.view(1, from: 100).number == 101)
  }

  @Test func clipsThatStayKeepTheirViewsWhereverTheyStand() async throws {
    let shards = try await ViewedShards(3)
    let (before, recipe) = (shards.views, try Systems.viewRecipe(of: "bevt"))
    func drawn(_ numbers: [Int], in name: String = "set", _ perClip: Int = 3) async throws -> ViewTable.Drawing {
      try await ViewedShards.write(numbers, to: shards.folder(name), videosIn: shards.folder)
      return try ViewTable.draw(perClip, of: ShardSet(shards.folder(name)), by: recipe, seed: 9)
    }
    func views(_ table: ViewTable, _ clip: Int) throws -> [[Int]] {
      try table.views(of: clip).map { number in
        let view = try table.view(number)
        return view.frames + view.geometry.numbers
      }
    }
    let (other, fresh) = (try await drawn([4, 2, 0, 3]), try await drawn([4, 2, 0, 3], in: "fresh"))
    #expect(other.table.count == 12 && !other.isUnchanged && other.tokenCount == nil)
    #expect(try views(other.table, 1) == views(before, 2) && views(other.table, 2) == views(before, 0))
    // Those that came are seen as in a set that was drawn at once.
    for clip in [0, 3] { #expect(try views(other.table, clip) == views(fresh.table, clip)) }
    #expect(try views(fresh.table, 1) != views(before, 2), "clips of a new set are drawn by their numbers")
    let again = try await drawn([4, 2, 0, 3])
    #expect(again.isUnchanged && again.table.identity == other.table.identity)

    // A clip that went and came back stands where it was.
    let back = try await drawn([0, 1, 2])
    #expect(back.table.identity == before.identity && !back.isUnchanged)
    let more = try await drawn([0, 1, 2], 5).table
    for clip in 0..<3 { #expect(try Array(views(more, clip).prefix(3)) == views(before, clip)) }
    #expect(try await drawn([0, 1, 2]).table.identity == before.identity, "fewer")

    // A file that does not say which clips it is of is written again where they are the same, and not built upon else.
    let path = ViewTable.path(in: shards.path)
    let file = try SafetensorsFile(path: path)
    let contents = file.tensors.filter { $0.name != "sources" }.map { TensorContent($0.name, copying: $0, of: file) }
    try SafetensorsFile.write(contents, metadata: file.metadata, to: path)
    let said = try await drawn([0, 1, 2])
    #expect(said.isUnchanged && said.table.identity == before.identity)
    #expect(try SafetensorsFile(path: path)["sources"] != nil)
    try SafetensorsFile.write(contents, metadata: file.metadata, to: path)
    #expect(try await drawn([4, 2, 0, 3]).table.identity == fresh.table.identity)
  }

  @Test func clipsOfWhichNothingIsSeenHaveNoViews() async throws {
    let folder = TemporaryFolder()
    try await ViewedShards.write(4, to: folder("set"), videosIn: folder)
    let set = try ShardSet(folder("set"))
    // Clips have 24 to 27 frames, and this spacing repeats none.
    let recipe = try Systems.viewRecipe(
      of: "maskfeat", settings: ["model.frameCount": "26", "denseFrames.stride": "1"])
    let drawing = try ViewTable.draw(2, of: set, by: recipe, seed: 0)
    #expect(drawing.unseen.map(\.path) == [folder("v0.mp4"), folder("v1.mp4")] && drawing.table.count == 4)
    #expect(drawing.unseen[0].reason.contains("24"))
    let table = drawing.table
    #expect(try (0..<4).map { try table.views(of: $0).count } == [0, 0, 2, 2])
    #expect(try (0..<4).map { try table.clip(of: $0) } == [2, 2, 3, 3])
    let long = try Systems.viewRecipe(of: "maskfeat", settings: ["model.frameCount": "40", "denseFrames.stride": "1"])
    let said = sentence { _ = try ViewTable.draw(2, of: set, by: long, seed: 0) }
    #expect(said.contains("no view can be drawn of any of its 4 clips. The first: \(folder("v0.mp4"))"), "\(said)")
    #expect(try ViewTable(of: set).identity == table.identity, "what was there stays")
  }

  @Test func recipesSayWhatCannotBeStored() {
    func refused(_ system: String, _ settings: [String: String]) -> String {
      sentence { _ = try Systems.viewRecipe(of: system, settings: settings) }
    }
    #expect(
      refused("vivit", [:])
        == "vivit is trained on no tokens, so no views are drawn for it. There are: maskfeat, videomae, bevt-image, bevt."
    )
    #expect(
      refused("bevt", ["optimize.peak": "0.1"]).hasPrefix(
        "--set optimize.peak=0.1 decides nothing about the views of bevt. They follow from model.preset, recipe.preset, "
          + "model.imageSize, recipe.flip, augment.path, model.frameCount, denseFrames.stride, denseFrames.spacing, "
          + "model.depths."))
    #expect(refused("bevt", ["decode.workers": "3"]).contains("decides nothing about the views of bevt"))
    #expect(
      refused("videomae", ["recipe.cropping": "resizedTwice"])
        == "recipe.cropping=resizedTwice: a stored view is resized once. Take resized, random or multiScale, or name an "
        + "encoder by --tokenizer.")
    #expect(
      refused("videomae", ["model.patchSize": "16", "model.imageSize": "72"])
        == "model.imageSize=72: frames are no whole number of cells of 16 pixels. Choose a multiple of 16.")
    #expect(refused("bevt", ["recipe.flip": "2"]).contains("2 is outside 0.0...1.0"))
    #expect(refused("bevt", ["model.frameCount": "4", "recipe.flip": "0.5"]) == "nothing was thrown")
    #expect(refused("videomae", ["model.patchSize": "16", "model.preset": "base"]) == "nothing was thrown")
    #expect(refused("maskfeat", ["model.patchSize": "8"]).contains("has no field “patchSize”"))
  }

  @Test func viewsOfOtherClipsAndDamagedOnesAreRefused() async throws {
    let shards = try await ViewedShards()
    let path = ViewTable.path(in: shards.path)
    func opening(
      _ tensors: [TensorContent]? = nil, _ change: (inout [String: String]) -> Void = { _ in }
    ) throws -> String {
      let bytes = try Data(contentsOf: URL(filePath: path))
      defer { try? bytes.write(to: URL(filePath: path)) }
      let file = try SafetensorsFile(path: path)
      var metadata = file.metadata
      change(&metadata)
      let contents = tensors ?? file.tensors.map { TensorContent($0.name, copying: $0, of: file) }
      try SafetensorsFile.write(contents, metadata: metadata, to: path)
      return sentence { _ = try ViewTable(of: shards.set) }
    }
    func numbers(_ name: String, _ shape: [Int]) -> TensorContent {
      let info = TensorInfo(name: name, type: .uint32, shape: shape)
      return TensorContent(info, bytes: [UInt8](repeating: 0, count: info.byteCount))
    }
    #expect(try opening() == "nothing was thrown")
    #expect(try opening { $0["format"] = nil }.contains("its metadata has no “format”, and “sluice-views 1” is wanted"))
    #expect(
      try opening { $0["format"] = "sluice-views 2" }
        .contains("it is “sluice-views 2”, and “sluice-views 1” is wanted. Name another file, or make this one anew."))
    #expect(try opening { $0["recipe"] = "{}" }.contains("its metadata “recipe” and “seed” describe no views."))
    #expect(try opening { $0["seed"] = "-1" }.contains("describe no views. Draw the views anew by `sluice preprocess`"))
    #expect(try opening { $0["seed"] = "3" }.contains("its content is not what its identity says: it is damaged."))
    #expect(try opening { $0["sources"] = "0" }.contains("its content is not what its identity says: it is damaged."))
    #expect(try opening { $0["identity"] = "" }.contains("its metadata has no “identity”"))
    #expect(
      try opening([numbers("frames", [12, 8]), numbers("geometry", [11, 11]), numbers("firsts", [5])])
        .contains(
          "frames [12, 8], geometry [11, 11] and firsts [5] do not fit together as 32-bit numbers of views of 8")
    )
    let stored = try SafetensorsFile(path: path)
    let others = stored.tensors.filter { $0.name != "sources" }.map { TensorContent($0.name, copying: $0, of: stored) }
    #expect(try opening(others) == "nothing was thrown", "older files do not say which clips they are of")
    #expect(
      try opening(others + [numbers("sources", [4, 8])])
        .contains("sources are U32 [4, 8]; U8 [4, 32], one for each clip, is wanted. Draw the views anew"))
    #expect(try opening([numbers("frames", [0, 8])]).contains("there is no tensor geometry"))

    try FileManager.default.removeItem(atPath: path)
    #expect(
      sentence { _ = try ViewTable(of: shards.set) }
        == "\(shards.path): there are no stored views. `sluice preprocess LIST --out \(shards.path) --token-views N` draws "
        + "some.")
    let other = try await ViewedShards(3)
    try FileManager.default.copyItem(atPath: ViewTable.path(in: other.path), toPath: path)
    #expect(
      sentence { _ = try ViewTable(of: shards.set) }.hasPrefix(
        "\(path): the views are of 3 clips, and the set has 4 now that are not the same. Draw them anew by"))
  }

  @Test func aRowThatIsNoViewIsRefused() async throws {
    let shards = try await ViewedShards(1)
    let path = ViewTable.path(in: shards.path)
    // A forged table with a right identity.
    let file = try SafetensorsFile(path: path)
    var geometry = try file.bytes("geometry")
    geometry[32] = 2
    var hash = SHA256()
    let head = ["recipe", "seed", "clips"].map { file.metadata[$0] ?? "" }.joined(separator: "\n")
    hash.update(Array("sluice-views 1\n\(head)\n".utf8))
    for bytes in [try file.bytes("firsts"), try file.bytes("frames"), geometry] { hash.update(bytes) }
    var metadata = file.metadata
    metadata["identity"] = hash.hexadecimal()
    let info = try file.info("geometry")
    let others = try ["frames", "firsts"].map { TensorContent(try file.info($0), bytes: try file.bytes($0)) }
    try SafetensorsFile.write([TensorContent(info, bytes: geometry)] + others, metadata: metadata, to: path)
    let forged = try ViewTable(of: shards.set)
    let said = sentence { _ = try forged.view(0) }
    #expect(said.contains("], and its last three numbers are wanted 0 or 1. Draw the views anew"), "\(said)")
    #expect(try forged.view(1).frames.count == 8)
  }

  @Test func randomDamageNeverGivesOtherViews() async throws {
    let shards = try await ViewedShards(2)
    let path = ViewTable.path(in: shards.path)
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    let right = try (0..<shards.views.count).map { try shards.views.view($0) }
    var random = KeyedRandom(seed: 3, epoch: 0, sample: 0, stage: "views fuzz")
    var refused = 0
    for round in 0..<(isLongTier ? 5000 : 300) {
      var damaged = bytes
      switch round % 4 {
      case 0: damaged.removeSubrange(random.integer(in: 0...bytes.count - 1)...)
      case 1: damaged.append(UInt8(random.integer(in: 0...255)))
      default:
        for _ in 0..<round % 3 + 1 {
          damaged[random.integer(in: 0...bytes.count - 1)] ^= 1 << UInt8(random.integer(in: 0...7))
        }
      }
      try Data(damaged).write(to: URL(filePath: path))
      guard let table = try? ViewTable(of: shards.set) else {
        refused += 1
        continue
      }
      // What is not covered is free text.
      let isSame = try (0..<table.count).map { try table.view($0) } == right
      #expect(isSame && table.identity == shards.views.identity, "round \(round)")
    }
    #expect(refused > (isLongTier ? 4000 : 240), "\(refused) refused")
  }
}
