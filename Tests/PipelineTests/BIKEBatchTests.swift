import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceMedia
import SluicePipelines
import SluiceSamples
import SluiceShards
import SluiceTensor
import SluiceTraining
import Testing

/// Videos and their shards, folders of frames and theirs give BIKE the same batches, bit for bit.
@Suite struct BIKEBatchTests {
  private static let recipes: [BIKEClipRecipe] = BIKEClipRecipe.Dataset.allCases.flatMap { dataset in
    [false, true].map { isDense in
      var recipe = BIKEClipRecipe(frameCount: 4, imageSize: 32)
      (recipe.dataset, recipe.isDense) = (dataset, isDense)
      return recipe
    }
  }

  /// Videos of `folder`, or their frames as folders of images, and the shards made of them.
  private func sources(_ folder: TemporaryFolder, asFolders: Bool) async throws -> (files: Clips, shards: Clips) {
    var items: [DatasetItem] = []
    for number in 0..<5 {
      let name = "v\(number)\(asFolders ? "" : ".mp4")"
      let video = folder("v\(number).mp4")
      try folder.video("v\(number).mp4", frames: [3, 4, 9, 33, 140][number], width: 72, height: 56, seed: number)
      if asFolders {
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        let frames = try openFrames(path: video)
        for (index, frame) in try frames.frames(at: Array(0..<frames.frameCount)).enumerated() {
          try Data(try frame.png()).write(to: URL(filePath: folder(name) + "/img_0\(1001 + index).png"))
        }
      }
      items.append(DatasetItem(path: folder(name), labels: [.number([86, 87, 3, 166, 94][number])]))
    }
    let list = DatasetList(items: items)
    let set = folder("set of \(asFolders ? "folders" : "videos")")
    let writer = try ShardSetWriter(set)
    for try await _ in preprocessPipeline(try ListedClip.all(of: list), into: writer).run() {}
    _ = try writer.finish()
    return (try Clips(videos: list), try Clips(videos: DatasetList(items: []), shards: [try ShardSet(set)]))
  }

  private func batches(_ clips: Clips, _ recipe: BIKEClipRecipe, workers: Int) async throws -> [LabeledBatch] {
    let pipeline = Pipeline("training") {
      clips.shuffled(seed: 4)
      recipe.sampling(training: true)
      Decode().workers(workers)
      recipe.augment(training: true).workers(workers)
      SingleLabel(classCount: 174)
        .batch(2)
      Collate()
    }
    var batches: [LabeledBatch] = []
    for try await batch in pipeline.run(RunOptions(seed: 9, epochs: 2)) { batches.append(batch) }
    return batches
  }

  private func views(
    _ clips: Clips, _ recipe: BIKEClipRecipe, _ views: EvaluationViews, workers: Int
  ) async throws -> [[Clip]] {
    let pipeline = Pipeline("test") {
      clips
      recipe.sampling(training: false, windows: views.windows, geometry: views.geometry)
      Decode().workers(workers)
      recipe.views(views.crops, geometry: views.geometry)
    }
    var all: [[Clip]] = []
    for try await crops in pipeline.run(RunOptions(seed: 9)) { all.append(crops) }
    return all
  }

  @Test(arguments: [false, true]) func filesAndTheirShardsAreTheSameData(asFolders: Bool) async throws {
    let folder = TemporaryFolder()
    let (files, shards) = try await sources(folder, asFolders: asFolders)
    for recipe in Self.recipes {
      let one = try await batches(files, recipe, workers: 1)
      let other = try await batches(shards, recipe, workers: 3)
      #expect(one.count == 5 && other.count == 5)
      for (first, second) in zip(one, other) {
        #expect(first.clips.shape == [2, 3, 4, 32, 32])
        #expect(first.clips.floats == second.clips.floats && first.labels == second.labels, "\(recipe)")
      }
    }
    var recipe = Self.recipes[0]
    for geometry in EvaluationViews.Geometry.allCases {
      for crops in EvaluationViews.Crops.allCases {
        for isDense in [false, true] {
          recipe.isDense = isDense
          let wanted = EvaluationViews(windows: 2, crops: crops, geometry: geometry)
          let one = try await views(files, recipe, wanted, workers: 1)
          let other = try await views(shards, recipe, wanted, workers: 2)
          #expect(one.count == 5 && one.map(\.count) == other.map(\.count))
          for (first, second) in zip(one.joined(), other.joined()) {
            #expect(first.values.shape == [3, 8, 32, 32])
            #expect(first.values.floats == second.values.floats && first.labels == second.labels, "\(wanted)")
          }
          #expect(one.allSatisfy { $0.count == crops.count })
        }
      }
    }
  }

  /// Of the classes of Something-Something that differ in left and right, mirrored clips are of the other one.
  @Test func mirroredClipsAreOfTheOtherClass() async throws {
    let folder = TemporaryFolder()
    let (files, _) = try await sources(folder, asFolders: false)
    func labels(flip: Double, _ dataset: BIKEClipRecipe.Dataset) async throws -> Set<Int> {
      var recipe = BIKEClipRecipe(frameCount: 4, imageSize: 32)
      (recipe.flip, recipe.dataset) = (flip, dataset)
      return Set(try await batches(files, recipe, workers: 1).flatMap(\.labels))
    }
    let (own, others): (Set<Int>, Set<Int>) = ([86, 87, 3, 166, 94], [87, 86, 3, 167, 93])
    #expect(try await labels(flip: 0, .something) == own)
    #expect(try await labels(flip: 1, .something) == others)
    #expect(try await labels(flip: 1, .plain) == own)
    let half = try await labels(flip: 0.5, .something)
    #expect(half.isSubset(of: own.union(others)) && half.contains(3))
  }

  @Test func fiveAndTenCropsAreCornersMiddleAndMirrorImages() async throws {
    let folder = TemporaryFolder()
    let (files, _) = try await sources(folder, asFolders: false)
    let recipe = BIKEClipRecipe(frameCount: 4, imageSize: 32)
    let five = try await views(files, recipe, EvaluationViews(crops: .five), workers: 1)
    let ten = try await views(files, recipe, EvaluationViews(crops: .ten), workers: 1)
    for (corners, both) in zip(five, ten) {
      for (number, corner) in corners.enumerated() {
        #expect(both[2 * number].values.floats == corner.values.floats)
        let (plain, mirrored) = (corner.values.floats, both[2 * number + 1].values.floats)
        #expect(plain.indices.allSatisfy { plain[$0] == mirrored[$0 / 32 * 32 + 31 - $0 % 32] })
      }
      #expect(Set(corners.map(\.values.floats)).count > 1)
    }
  }
}
