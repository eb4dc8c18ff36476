internal import Foundation
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

/// What a run of `sluice preprocess` says while it works and at its end.
struct PreprocessReport {
  private var progress: ProgressLine
  private let before: Int
  private let printsJSON: Bool
  private let began = ContinuousClock().now
  private(set) var seen = 0
  private var frames = 0
  private var bytesIn = 0
  private var bytesOut = 0
  private var failures = 0

  init(total: Int, before: Int, printsJSON: Bool) {
    progress = ProgressLine("preprocess", total: total, done: before)
    self.before = before
    self.printsJSON = printsJSON
  }

  private struct Line: Encodable {
    let path: String
    let frames: Int
    let bytes: Int
    let failure: String?
    let warning: String?
  }

  mutating func add(_ stored: StoredClip) {
    seen += 1
    frames += stored.frames
    bytesIn += stored.bytesIn
    bytesOut += stored.bytesOut
    if stored.failure != nil { failures += 1 }
    if let failure = stored.failure { say("\(stored.clip.path): \(failure)") }
    if let warning = stored.warning { say("\(stored.clip.path): \(warning)") }
    if printsJSON {
      let line = Line(
        path: stored.clip.description.path, frames: stored.frames, bytes: stored.bytesOut, failure: stored.failure,
        warning: stored.warning)
      Console.print(text(line))
    }
    let seconds = max(1e-9, (ContinuousClock().now - began).seconds)
    let rate = { (bytes: Int) in (Double(bytes) / 1e6 / seconds).threeDigits }
    let ratio = bytesIn == 0 ? "–" : (Double(bytesOut) / Double(bytesIn)).threeDigits
    progress.update(
      done: before + seen, unit: "clips", details: "\(rate(bytesIn)) → \(rate(bytesOut)) MB/s, ratio \(ratio)")
  }

  /// What had to be corrected in a set for it to agree with its list.
  static func lines(on reconciliation: ListReconciliation) -> [String] {
    var corrections: [String] = []
    func add(_ count: Int, _ one: String, _ many: String) {
      if count > 0 { corrections.append("\(count) \(count == 1 ? one : many)") }
    }
    add(reconciliation.corrected, "clip has other labels or captions", "clips have other labels or captions")
    add(reconciliation.correctedNames, "class has another name", "classes have other names")
    add(reconciliation.listedAgain, "clip is listed again", "clips are listed again")
    add(reconciliation.unlisted.count, "clip is no longer listed", "clips are no longer listed")
    guard !corrections.isEmpty else { return [] }
    let count = reconciliation.rewrittenShards
    var lines = [
      "The list wins: \(corrections.joined(separator: ", ")); \(count) shard\(count == 1 ? "" : "s") corrected."
    ]
    lines += reconciliation.unlisted.prefix(namedClips).map { "no longer listed, left out of the index: \($0.path)" }
    let more = reconciliation.unlisted.count - namedClips
    if more > 0 { lines.append("and \(more) more.") }
    return lines
  }

  /// Clips that are named one by one.
  private static let namedClips = 100

  private func say(_ line: String) {
    if Console.isTerminal { Console.rewrite("\r\u{1B}[2K") }
    Console.note(line)
  }

  func end() { progress.finish() }

  private struct Summary: Encodable {
    let shards: Int
    let clips: Int
    let frames: Int
    let bytes: UInt64
    let failures: Int
    let seconds: Double
  }

  func show(_ summary: ShardSetWriter.Summary, out: String) {
    let seconds = (ContinuousClock().now - began).seconds
    if printsJSON {
      Console.print(
        text(
          Summary(
            shards: summary.shards, clips: summary.clips, frames: summary.frames, bytes: summary.bytes,
            failures: summary.failures.count, seconds: seconds)))
    }
    let perFrame = summary.frames == 0 ? 0 : Double(summary.bytes) / Double(summary.frames)
    Console.note(
      "\(out): \(summary.clips) clips, \(summary.frames) frames, \(summary.bytes) bytes in \(summary.shards) "
        + "shard\(summary.shards == 1 ? "" : "s") (\(Int(perFrame)) bytes a frame); \(summary.failures.count) failed"
        + (summary.failures.isEmpty ? "." : ", see \(out)/failures.csv."))
  }

  private func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
