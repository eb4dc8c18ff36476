internal import Foundation
internal import Glibc
internal import SluicePlatform

/// One measured value: who, doing what, how fast.
struct BenchRow: Encodable {
  let peer: String
  let `case`: String
  let value: Double
  let unit: String
  let n: Int
  let median: Double
  let min: Double
  let max: Double
  /// `higher` or `lower`; "frames" alone would be something to have little of, "frames/s" is not.
  let better: String
  /// Work per second of processor time, where that is known too.
  let per_cpu_s: Double?
  let note: String?
}

/// The rows of a benchmark, printed as a table and written as JSON.
struct BenchRows {
  private(set) var rows: [BenchRow] = []
  private let only: [String]

  /// - Parameter only: parts of `peer/case` with commas between them; rows with none of them are left out. `nil` keeps
  ///   all.
  init(only: String? = nil) {
    self.only = only?.split(separator: ",").map { String($0) } ?? []
  }

  /// Whether a row is asked for.
  func wants(_ peer: String, _ name: String) -> Bool {
    only.isEmpty || only.contains { "\(peer)/\(name)".contains($0) }
  }

  mutating func add(
    _ peer: String, _ name: String, _ values: [Double], _ unit: String, perProcessorSecond: [Double] = [],
    note: String? = nil
  ) {
    guard !values.isEmpty, wants(peer, name) else { return }
    rows.append(
      BenchRow(
        peer: peer, case: name, value: values.median, unit: unit, n: values.count,
        median: values.median, min: values.min() ?? 0, max: values.max() ?? 0,
        better: unit.hasSuffix("/s") || unit.hasPrefix("%") ? "higher" : "lower",
        per_cpu_s: perProcessorSecond.isEmpty ? nil : perProcessorSecond.median, note: note))
  }

  /// Runs each case once untimed, then all of them round after round; values are counts per second.
  mutating func interleave(
    _ cases: [(peer: String, run: () throws -> Int)], rounds: Int, _ name: String, _ unit: String
  ) throws {
    let cases = cases.filter { wants($0.peer, name) }
    var wall = [[Double]](repeating: [], count: cases.count)
    var processor = wall
    for (peer, run) in cases where try run() == 0 { Console.note("\(peer): nothing to measure") }
    for round in 0..<rounds {
      for offset in cases.indices {
        let index = (offset + round) % cases.count
        let began = (wall: ContinuousClock().now, processor: processorSeconds())
        let count = try Double(cases[index].run())
        wall[index].append(count / Swift.max(1e-9, (ContinuousClock().now - began.wall).seconds))
        processor[index].append(count / Swift.max(1e-9, processorSeconds() - began.processor))
      }
    }
    for index in cases.indices {
      add(cases[index].peer, name, wall[index], unit, perProcessorSecond: processor[index])
    }
  }

  /// Prints the table, and writes `path` if there is one.
  func finish(json path: String?) throws {
    func column(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: Swift.max(1, width - text.count))
    }
    for row in rows {
      let perCPU = row.per_cpu_s.map { "  \($0.threeDigits) per CPU-s" } ?? ""
      Console.print(
        column(row.case, 28) + column(row.peer, 34) + column(row.median.threeDigits, 12) + row.unit
          + " (\(row.min.threeDigits)…\(row.max.threeDigits), n=\(row.n))" + perCPU
          + (row.note.map { "  \($0)" } ?? ""))
    }
    guard let path else { return }
    try BenchJSON.write(["rows": rows], to: path)
  }
}

/// The clips of a benchmark corpus, from its `manifest.json`.
struct BenchCorpus {
  struct Clip: Decodable {
    let file: String
    let group: String
    let frames: Int
    let width: Int
    let height: Int
    let bytes: Int
  }

  private struct Manifest: Decodable { let clips: [Clip] }

  let folder: String
  let clips: [Clip]

  /// - Parameter folder: `$SLUICE_CORPUS` unless given.
  init(_ folder: String?) throws {
    let environment = ProcessInfo.processInfo.environment
    guard let folder = folder ?? environment["SLUICE_CORPUS"], !folder.isEmpty else {
      throw BenchError("no corpus: give --corpus FOLDER, or set SLUICE_CORPUS")
    }
    guard let data = FileManager.default.contents(atPath: "\(folder)/manifest.json") else {
      throw BenchError("\(folder): no manifest.json; is this the folder of a corpus?")
    }
    self.folder = folder
    clips = try JSONDecoder().decode(Manifest.self, from: data).clips
  }

  func path(_ clip: Clip) -> String { "\(folder)/\(clip.file)" }
}

/// Why a benchmark cannot run.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
