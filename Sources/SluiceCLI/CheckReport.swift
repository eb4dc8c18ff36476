internal import Foundation
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceShards

/// What `sluice check` found.
struct CheckReport: Encodable {
  struct Failure: Encodable {
    let line: Int
    let path: String
    let reason: String
  }

  var failures: [Failure] = []
  /// What is odd about the list or its labels though they can be used.
  var notes: [String] = []
  private var soundItems = 0
  private var frames = 0
  private var seconds = 0.0
  private var sizes: [String: Int] = [:]
  var estimatedBytes = 0
  var estimatedProcessorSeconds = 0.0

  mutating func add(_ clip: CheckedClip) {
    soundItems += 1
    frames += clip.range.count
    if let rate = clip.source.frameRate { seconds += Double(clip.range.count) / rate }
    sizes["\(clip.frame.width)×\(clip.frame.height)", default: 0] += 1
  }

  /// A few lines for people.
  var summary: String {
    let common = sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3).map { "\($0.key) (\($0.value))" }
    let length = seconds > 0 ? ", " + CheckReport.duration(seconds) + " of video" : ""
    return """
      \(soundItems) of \(soundItems + failures.count) items are sound\
      \(failures.isEmpty ? "" : ", \(failures.count) would fail"): \(frames) frames\(length)
      sizes: \(common.joined(separator: ", "))\(sizes.count > 3 ? " and \(sizes.count - 3) more" : "")
      sluice preprocess would write about \(estimatedBytes.byteText) and take about \
      \(CheckReport.duration(estimatedProcessorSeconds)) of one processor
      """
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: String(format: "%.0f s", seconds)
    case ..<6000: String(format: "%.0f min", seconds / 60)
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}

/// Bytes and processor time that preprocessing takes, from a few items that are decoded and encoded in part.
struct PreprocessingEstimate {
  private let encoder: FrameEncoder
  private let sampled: Set<Int>
  private var measured = (pixels: 0.0, bytes: 0.0, seconds: 0.0)
  private var pixels = 0.0

  init(itemCount: Int) throws {
    encoder = try FrameEncoder(ShardSettings())
    // Evenly spread, and the first sound one in any case.
    sampled = Set((0..<6).map { $0 * itemCount / 6 })
  }

  mutating func add(_ clip: CheckedClip, number: Int) throws {
    let size = Double(clip.frame.width * clip.frame.height)
    if sampled.contains(number) || measured.pixels == 0 {
      let began = processorSeconds()
      let indices = Array(clip.range.prefix(60))
      var bytes = 0
      for frame in try clip.source.frames(at: indices) { bytes += try encoder.encode(frame).byteCount }
      measured.seconds += processorSeconds() - began
      measured.bytes += Double(bytes)
      measured.pixels += size * Double(indices.count)
    }
    pixels += size * Double(clip.range.count)
  }

  var bytes: Int { measured.pixels > 0 ? Int(measured.bytes * pixels / measured.pixels) : 0 }
  var seconds: Double { measured.pixels > 0 ? measured.seconds * pixels / measured.pixels : 0 }

}
