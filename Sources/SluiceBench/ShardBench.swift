internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import SluiceAugment
internal import SluiceDatasets
internal import SluiceFlow
internal import SluiceMedia
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards

/// `sluice bench shards`: writing, size and reading of shards, on the work of a corpus of videos.
struct BenchShardsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shards", abstract: "Writes a corpus into shards and reads random clips of them.",
    discussion: """
      A read clip is 16 frames at stride 4, cropped at random to 224×224, flipped half of the time, normalized floats.

      --study adds the curve of filters and levels, what the parts of reading take, and opening a million clips, or a folder \
      of 100 000 images.

      Example: sluice bench shards --corpus corpus --json shards.json
      """)

  @OptionGroup var options: CorpusBenchOptions
  @Flag(help: "Also other filters and levels, the parts of reading, and a million clips.") var study = false

  func run() async throws {
    do {
      var rows = BenchRows(only: options.only)
      try await ShardBench(
        corpus: BenchCorpus(options.corpus), isQuick: options.quick,
        repeats: options.repeats ?? (options.quick ? 1 : 5)
      )
      .run(&rows, isStudy: study)
      try rows.finish(json: options.json)
    } catch {
      Console.note("sluice bench shards: \(error)")
      throw ExitCode.failure
    }
  }
}

private struct ShardBench {
  private let corpus: BenchCorpus
  private let clips: [BenchCorpus.Clip]
  private let isQuick: Bool
  private let repeats: Int
  private let folder: String

  init(corpus: BenchCorpus, isQuick: Bool, repeats: Int) throws {
    self.corpus = corpus
    self.isQuick = isQuick
    self.repeats = repeats
    // Some of each group, and the real clip that has the corpus's size.
    let long = corpus.clips.filter { ["h264_gop250", "h264_gop12"].contains($0.group) && $0.frames >= 128 }
    let chosen = isQuick ? Array(long.prefix(2)) : Array(long.prefix(3) + long.suffix(3))
    clips =
      chosen.dropLast()
      + (corpus.clips.filter { $0.file.hasPrefix("real_arm") }.prefix(1).isEmpty
        ? chosen.suffix(1)[...] : corpus.clips.filter { $0.file.hasPrefix("real_arm") }.prefix(1))
    guard !clips.isEmpty else { throw BenchError("\(corpus.folder): no clip of 128 frames and more") }
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-bench-\(getpid())").path
  }

  private struct Variant {
    let peer: String
    let settings: ShardSettings
  }

  func run(_ rows: inout BenchRows, isStudy: Bool) async throws {
    try createDirectories(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var variants = [
      Variant(peer: "sluice lossless", settings: ShardSettings()),
      Variant(peer: "sluice near-lossless", settings: ShardSettings(fidelity: .nearLossless)),
    ]
    if isStudy {
      variants += [2, 5, 9].map { Variant(peer: "sluice level \($0)", settings: ShardSettings(level: $0)) }
      variants += ShardSettings.Filter.allCases.dropFirst().map {
        Variant(peer: "sluice filter \($0)", settings: ShardSettings(filter: $0))
      }
    }
    variants.removeAll { variant in
      !Self.cases(of: variant).contains { rows.wants($0.peer, $0.name) }
    }
    let scaler = FrameScaler(shortSide: 256)
    let decoded = try clips.map { clip in
      let file = try VideoFile(path: corpus.path(clip))
      return try file.frames(at: Array(0..<file.frameCount)).map(scaler.scaled)
    }
    let frameCount = decoded.reduce(0) { $0 + $1.count }
    for variant in variants {
      try write(decoded, variant)
      try rows.interleave(
        [
          (
            variant.peer,
            {
              try write(decoded, variant)
              return frameCount
            }
          )
        ], rounds: isQuick ? 1 : 3, "format write", "frames/s")
      let set = try ShardSet(directory(variant))
      rows.add(variant.peer, "format bytes", [Double(set.byteCount) / Double(frameCount)], "B/frame")
    }
    for isCold in isQuick ? [false] : [false, true] {
      try rows.interleave(
        variants.flatMap { variant in
          PixelPath.allCases.map { path in
            ("\(variant.peer) \(path)", { try read(variant, path, isCold: isCold) })
          }
        }, rounds: repeats,
        "format read " + (isCold ? "cold-ish" : "warm"), "clips/s")
    }
    if isStudy {
      try ShardParts(decoded, in: "\(folder)/parts", rounds: repeats).run(&rows)
      try LargeSet(in: "\(folder)/large", clips: isQuick ? 10_000 : 1_000_000).run(&rows)
      try LargeFolder(in: "\(folder)/images", images: isQuick ? 1000 : 100_000).run(&rows)
    }
    if rows.wants("sluice lossless", "video to shards") { try await preprocess(&rows) }
  }

  /// The rows that need a variant to be written.
  private static func cases(of variant: Variant) -> [(peer: String, name: String)] {
    ["format write", "format bytes"].map { (variant.peer, $0) }
      + PixelPath.allCases.flatMap { path in
        ["format read warm", "format read cold-ish"].map { ("\(variant.peer) \(path)", $0) }
      }
  }

  private func directory(_ variant: Variant) -> String {
    "\(folder)/\(variant.peer.split(separator: " ").joined(separator: "-"))"
  }

  private func write(_ decoded: [[VideoFrame]], _ variant: Variant) throws {
    try? FileManager.default.removeItem(atPath: directory(variant))
    let writer = try ShardSetWriter(directory(variant), settings: variant.settings)
    let encoder = try FrameEncoder(variant.settings)
    for (number, frames) in decoded.enumerated() {
      try writer.append(frames.map(encoder.encode), geometry: FrameGeometry(frames[0]))
      try writer.finishClip(ClipDescription(path: clips[number].file), frameRate: 25)
    }
    _ = try writer.finish()
  }

  /// Random clips, the same in each round.
  private func read(_ variant: Variant, _ path: PixelPath, isCold: Bool) throws -> Int {
    if isCold { try dropCache(directory(variant)) }
    let set = try ShardSet(directory(variant))
    let augment = Augment(
      .resizedCrop(224, scale: 0.5...1, resampling: .bilinear), .flip, path: path, keepsPixels: false)
    var worker = augment.makeWorker()
    let count = isQuick ? 12 : 30
    for job in 0..<count {
      let clip = try set.clip(job % set.count)
      var random = KeyedRandom(seed: 3, epoch: 0, sample: job, stage: "bench")
      let start = random.integer(in: 0...max(0, clip.frameCount - 61))
      let indices = (0..<16).map { min(start + 4 * $0, clip.frameCount - 1) }
      let handle = ClipHandle(frames: clip)
      let decoded = DecodedClip(handle: handle, frames: try clip.frames(at: indices))
      let context = ElementContext(seed: 3, epoch: 0, sample: job, identity: clip.name, stage: "augment")
      _ = try augment(decoded, worker: &worker, context: context)
    }
    return count
  }

  private func dropCache(_ path: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let file = unsafe open("\(path)/\(name)", O_RDONLY)
      guard file >= 0 else { continue }
      fsync(file)
      posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
      close(file)
    }
  }

  /// From videos to finished shards, decoding included.
  private func preprocess(_ rows: inout BenchRows) async throws {
    var wall: [Double] = []
    var processor: [Double] = []
    for round in 0..<(isQuick ? 1 : 3) {
      let out = "\(folder)/preprocessed-\(round)"
      let list = DatasetList(items: clips.map { DatasetItem(path: corpus.path($0)) })
      let began = (wall: ContinuousClock().now, processor: processorSeconds())
      let writer = try ShardSetWriter(out, settings: ShardSettings(shortSide: 256))
      let pipeline = preprocessPipeline(try ListedClip.all(of: list), into: writer)
      for try await stored in pipeline.run(RunOptions(maxFailures: nil, budget: ThreadBudget(data: 1))) {
        if let failure = stored.failure { throw BenchError("\(stored.clip.path): \(failure)") }
      }
      let frames = Double(try writer.finish().frames)
      wall.append(frames / (ContinuousClock().now - began.wall).seconds)
      processor.append(frames / (processorSeconds() - began.processor))
      try FileManager.default.removeItem(atPath: out)
    }
    rows.add("sluice lossless", "video to shards", wall, "frames/s", perProcessorSecond: processor)
  }
}
