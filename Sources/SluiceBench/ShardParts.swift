internal import Foundation
internal import Glibc
internal import SluiceAugment
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards

/// What the parts of writing and reading frames take by themselves, and the limits of the machine beside them.
struct ShardParts {
  private let frames: [VideoFrame]
  private let folder: String
  private let rounds: Int

  /// - Parameter decoded: clips; of each the first 32 frames of the first one's geometry.
  init(_ decoded: [[VideoFrame]], in folder: String, rounds: Int) {
    let all = decoded.flatMap { $0.prefix(32) }
    let geometry = FrameGeometry(all[0])
    frames = all.filter { FrameGeometry($0) == geometry }
    self.folder = folder
    self.rounds = rounds
  }

  func run(_ rows: inout BenchRows) throws {
    let encoder = try FrameEncoder(ShardSettings())
    let stored = try frames.map(encoder.encode)
    let clip = try written(stored)
    let decoder = try FrameDecoder()
    let planes = frames.flatMap { $0.packed() }
    var copy = planes
    let augment = Augment(.resizedCrop(224, scale: 0.5...1, resampling: .bilinear), .flip, keepsPixels: false)
    let worker = PixelWorker()
    let values = [Float](repeating: 1, count: 3 * 16 * 224 * 224)
    var target = values
    try rows.interleave(
      [
        ("encode", { try frames.map { try encoder.encode($0).byteCount }.count }),
        ("read and decode", { try clip.frames(at: Array(0..<clip.frameCount)).count }),
        ("zstd alone", { try stored.map { try decoder.contentSize(of: $0) }.count }),
        ("exact pixels", { try pixels(of: clip, augment, worker) }),
        (
          "memcpy of the planes",
          {
            unsafe copy.withUnsafeMutableBytes { unsafe $0.copyBytes(from: planes) }
            return frames.count
          }
        ),
        (
          "memcpy of 224x224 floats",
          {
            unsafe target.withUnsafeMutableBytes { target in
              unsafe values.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            }
            return 16
          }
        ),
      ], rounds: rounds, "shard parts", "frames/s")
  }

  private func written(_ stored: [EncodedFrame]) throws -> ShardClip {
    let writer = try ShardSetWriter(folder)
    try writer.append(stored, geometry: FrameGeometry(frames[0]))
    try writer.finishClip(ClipDescription(path: "parts"), frameRate: nil)
    _ = try writer.finish()
    return try ShardSet(folder).clip(0)
  }

  /// Crop, resize, flip and normalize, clips of 16 frames.
  private func pixels(of clip: ShardClip, _ augment: Augment, _ worker: PixelWorker) throws -> Int {
    let handle = ClipHandle(frames: clip)
    for start in stride(from: 0, to: frames.count, by: 16) {
      var draws = KeyedRandom(seed: 3, epoch: 0, sample: start, stage: "bench")
      let clip = DecodedClip(handle: handle, frames: Array(frames[start..<min(start + 16, frames.count)]))
      _ = try augment.clip(clip, worker: worker, draws: &draws)
    }
    return frames.count
  }
}
