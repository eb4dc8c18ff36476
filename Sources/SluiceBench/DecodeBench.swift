internal import ArgumentParser
internal import Dispatch
internal import Foundation
internal import SluiceAugment
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceSamples

/// `sluice bench decode`: random clips, whole files and the exactness of indices, with `decode_bench.py`'s case names.
struct BenchDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Decodes random clips and whole files of a corpus of videos.",
    discussion: """
      A clip is opened, indexed, 16 frames at stride 4 are decoded, cropped, resized to 224×224 and normalized.
      "sluice exact" and "sluice fast" are the paths of pixels, "sluice decoding" stops before them.

      Example: sluice bench decode --corpus corpus --json decode.json
      """)

  @OptionGroup var options: CorpusBenchOptions
  @Option(help: ArgumentHelp("Parts to leave out: clip,full,index.", valueName: "parts")) var skip: String?
  @Option(help: "Other clips.", in: NumberRange(0...UInt32.max)) var seed: UInt32 = 0

  func validate() throws {
    for part in skip?.split(separator: ",") ?? [] where !["clip", "full", "index"].contains(part) {
      throw ValidationError("--skip \(part): clip, full or index is wanted.")
    }
  }

  func run() throws {
    do {
      let bench = DecodeBench(
        corpus: try BenchCorpus(options.corpus), isQuick: options.quick,
        rounds: options.repeats ?? (options.quick ? 1 : 3), seed: seed)
      let skipped = skip?.split(separator: ",") ?? []
      var rows = BenchRows(only: options.only)
      if !skipped.contains("clip") { try bench.clips(&rows) }
      if !skipped.contains("full") { try bench.files(&rows) }
      if !skipped.contains("index") { try bench.indices(&rows) }
      try rows.finish(json: options.json)
    } catch {
      Console.note("sluice bench decode: \(error)")
      throw ExitCode.failure
    }
  }
}

private struct DecodeBench: Sendable {
  let corpus: BenchCorpus
  let isQuick: Bool
  let rounds: Int
  let seed: UInt32

  /// What happens to decoded frames.
  private enum Finish: CaseIterable {
    case exact
    case fast
    case none

    var peer: String {
      switch self {
      case .exact: "sluice exact"
      case .fast: "sluice fast"
      case .none: "sluice decoding"
      }
    }
  }

  // MARK: Random clips

  func clips(_ rows: inout BenchRows) throws {
    for group in isQuick ? ["h264_gop250", "h264_gop12"] : ["h264_gop250", "h264_gop12", "real"] {
      let clips = corpus.clips.filter { $0.group == group && $0.frames > 64 }
      guard !clips.isEmpty else { continue }
      let jobs = DecodeJob.jobs(clips, of: corpus, count: isQuick ? 4 : 20, seed: seed + 1)
      for workers in isQuick && group != "h264_gop250" ? [1] : [1, 2] {
        let cases = Finish.allCases.map { finish in
          (
            peer: finish.peer,
            run: {
              try parallel(jobs, workers: workers) { part in
                let worker = PixelWorker()
                for job in part { try run(job, finish, worker) }
                return part.count
              }
            }
          )
        }
        try rows.interleave(cases, rounds: rounds, "clip16x4 \(group) workers=\(workers) threads=1", "clips/s")
      }
    }
  }

  private func run(_ job: DecodeJob, _ finish: Finish, _ worker: PixelWorker) throws {
    let file = try VideoFile(path: job.path)
    let frames = try file.frames(at: job.indices)
    guard finish != .none else { return }
    let decoded = DecodedClip(handle: ClipHandle(frames: file), frames: frames)
    let augment = Augment(path: finish == .fast ? .fast : .exact, keepsPixels: false)
    _ = try augment.clip(decoded, steps: [job.step(width: frames[0].width, height: frames[0].height)], worker: worker)
  }

  // MARK: Whole files

  func files(_ rows: inout BenchRows) throws {
    for group in isQuick ? ["h264_gop250"] : ["h264_gop250", "hevc_gop250", "mpeg4_gop12"] {
      let clips = Array(corpus.clips.filter { $0.group == group }.prefix(isQuick ? 1 : 4))
      guard !clips.isEmpty else { continue }
      for workers in isQuick || group != "h264_gop250" ? [1] : [1, 2] {
        let cases = [true, false].map { isRGB in
          (
            peer: isRGB ? "sluice rgb" : "sluice planes",
            run: {
              try parallel(clips, workers: workers) { part in
                try part.reduce(0) { try $0 + wholeFile($1, isRGB: isRGB) }
              }
            }
          )
        }
        try rows.interleave(cases, rounds: rounds, "full \(group) workers=\(workers) threads=1", "frames/s")
      }
    }
  }

  private func wholeFile(_ clip: BenchCorpus.Clip, isRGB: Bool) throws -> Int {
    let file = try VideoFile(path: corpus.path(clip))
    let worker = PixelWorker()
    let handle = ClipHandle(frames: file)
    var count = 0
    try file.forEachFrame(at: 0..<file.frameCount) { _, frame in
      // Pixels one after the other, as every peer leaves them.
      if isRGB { _ = try Augment().pixels(DecodedClip(handle: handle, frames: [frame]), steps: [], worker: worker) }
      count += 1
    }
    return count
  }

  // MARK: Exactness

  func indices(_ rows: inout BenchRows) throws {
    var (right, all) = (0, 0)
    for clip in corpus.clips where clip.group == "acc" {
      let file = try VideoFile(path: corpus.path(clip))
      // The program's own order of frames is the truth; a file's frames are as many.
      let truth = try Barcode.referenceOrder(of: corpus.path(clip), width: clip.width, height: clip.height)
      var random = PythonRandom(seed: 5)
      let last = truth.count - 1
      var requests: [[Int]] = (0..<(isQuick ? 1 : 5)).map { _ in
        let start = random.integer(in: 0...max(0, truth.count - 61))
        return (0..<16).map { min(start + 4 * $0, last) }
      }
      requests += [Array(0..<16), Array(last - 15...last)]
      requests.append((0..<10).map { _ in random.integer(in: 0...last) } + [last, 0, 0])
      var (own, asked) = (0, 0)
      for request in requests {
        asked += request.count
        guard let frames = try? file.frames(at: request) else { continue }
        own += zip(request, frames).count { Barcode.number(in: $1) == truth[$0] }
      }
      rows.add("sluice", "index \(clip.file)", [100 * Double(own) / Double(asked)], "% exact")
      (right, all) = (right + own, all + asked)
    }
    guard all > 0 else { return }
    rows.add("sluice", "index ALL", [100 * Double(right) / Double(all)], "% exact")
  }

  /// Spreads `items` over threads, each with every `workers`-th of them, and adds up what they return.
  private func parallel<Item: Sendable>(
    _ items: [Item], workers: Int, _ body: @Sendable ([Item]) throws -> Int
  ) throws -> Int {
    if workers == 1 { return try body(items) }
    let results = Lock<[Result<Int, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let part = stride(from: worker, to: items.count, by: workers).map { items[$0] }
      let result = Result { try body(part) }
      results.withLock { $0.append(result) }
    }
    return try results.withLock { $0 }.reduce(0) { try $0 + $1.get() }
  }
}
