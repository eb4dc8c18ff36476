internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import SluiceAugment
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceMask
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceSample
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTensor
internal import SluiceTokenize

/// `sluice bench input`: everything before the model, from files to batches that nobody uses.
struct BenchInputCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "input", abstract: "Runs MaskFeat's input pipeline to a consumer that does nothing.",
    discussion: """
      Clips of 16 frames at stride 4, random crops of 224, cube masks, HOG of the frames that the mask asks for (or none), \
      batches of 4; two workers. From the videos of a corpus and from shards made of them.

      Example: sluice bench input --corpus corpus --json input.json
      """)

  @OptionGroup var options: CorpusBenchOptions

  func run() async throws {
    do {
      try await measure()
    } catch {
      Console.note("sluice bench input: \(error)")
      throw ExitCode.failure
    }
  }

  private func measure() async throws {
    let corpus = try BenchCorpus(options.corpus)
    let long = corpus.clips.filter { ["h264_gop250", "h264_gop12"].contains($0.group) && $0.frames > 64 }
    let count = options.quick ? 2 : 6
    let clips = Array(long.prefix(count) + long.suffix(count))
    guard !clips.isEmpty else { throw BenchError("\(corpus.folder): no H.264 clip of more than 64 frames") }
    let videos = try Videos(DatasetList(items: clips.map { DatasetItem(path: corpus.path($0)) }))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-bench-input-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shards = Shards(try written(clips.map(corpus.path), to: folder))

    let pipelines: [(peer: String, pipeline: @Sendable (PixelPath, Bool) -> any RunnableInput)] = [
      ("sluice from video", { InputPipeline(videos, path: $0, hasTargets: $1) }),
      ("sluice from shards", { InputPipeline(shards, path: $0, hasTargets: $1) }),
    ]
    var rows = BenchRows(only: options.only)
    let rounds = options.repeats ?? (options.quick ? 1 : 3)
    for (name, hasTargets) in [
      ("pipeline HOG=torch", true), ("pipeline HOG=skimage", true), ("pipeline HOG=none", false),
    ] {
      for (peer, make) in pipelines {
        for path in PixelPath.allCases {
          guard rows.wants("\(peer) \(path)", name) else { continue }
          var (wall, processor): ([Double], [Double]) = ([], [])
          let input = make(path, hasTargets)
          for round in 0...rounds {
            let began = (ContinuousClock().now, processorSeconds())
            let samples = Double(try await input.run(epochs: options.quick ? 1 : 2))
            guard round > 0 else { continue }
            wall.append(samples / (ContinuousClock().now - began.0).seconds)
            processor.append(samples / (processorSeconds() - began.1))
          }
          rows.add("\(peer) \(path)", name, wall, "clips/s", perProcessorSecond: processor)
        }
      }
    }
    try rows.finish(json: options.json)
  }

  /// The videos as a shard set.
  private func written(_ paths: [String], to folder: String) throws -> ShardSet {
    let writer = try ShardSetWriter(folder)
    let encoder = try FrameEncoder(ShardSettings())
    for path in paths {
      let video = try VideoFile(path: path)
      for first in stride(from: 0, to: video.frameCount, by: 32) {
        let frames = try video.frames(at: Array(first..<min(first + 32, video.frameCount)))
        guard let geometry = frames.first.map(FrameGeometry.init) else { continue }
        try writer.append(try frames.map { try encoder.encode($0) }, geometry: geometry)
      }
      try writer.finishClip(ClipDescription(path: path), frameRate: video.frameRate)
    }
    _ = try writer.finish()
    return try ShardSet(folder)
  }
}

/// A pipeline whose batches are counted and forgotten.
private protocol RunnableInput: Sendable {
  /// - Returns: the samples that came.
  func run(epochs: Int) async throws -> Int
}

private struct InputPipeline: RunnableInput {
  private let pipeline: Pipeline<Int>

  init(_ source: some Source<ClipHandle>, path: PixelPath, hasTargets: Bool) {
    let crop = Augment(.resizedCrop(224, resampling: .bilinear), .flip, path: path, keepsPixels: hasTargets)
    pipeline =
      hasTargets
      ? Pipeline("input") {
        source
        DenseFrames(count: 16, stride: 4)
        Decode().workers(2)
        crop.workers(2)
        CubeMask()
        HOGTarget()
          .batch(4)
        Stack<MaskedSample<HOGTargets>> { $0.masked.clip.values }
      }
      : Pipeline("input") {
        source
        DenseFrames(count: 16, stride: 4)
        Decode().workers(2)
        crop.workers(2)
        CubeMask()
          .batch(4)
        Stack<MaskedClip> { $0.clip.values }
      }
  }

  func run(epochs: Int) async throws -> Int {
    var samples = 0
    for try await count in pipeline.run(RunOptions(epochs: epochs)) { samples += count }
    return samples
  }
}

/// Puts the clips of a batch behind one another, as a step begins, and counts them.
private struct Stack<Sample: Sendable>: Stage {
  let values: @Sendable (Sample) -> Tensor

  func callAsFunction(_ batch: [Sample], context: ElementContext) throws -> Int {
    try Tensor.stacked(batch.map(values)).shape[0]
  }
}
