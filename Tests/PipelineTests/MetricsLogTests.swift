import Foundation
import SluiceTraining
import TestSupport
import Testing

@Suite struct MetricsLogTests {
  private func line(_ step: Int, loss: Double? = nil, metrics: [String: Double] = [:]) -> MetricsLog.Line {
    MetricsLog.Line(
      step: step, epoch: step / 3, loss: loss ?? 1 / Double(step), learningRate: 1e-3 * Double(step), gradientNorm: 0.1,
      samplesPerSecond: 7, metrics: metrics)
  }

  private func write(_ steps: ClosedRange<Int>, to path: String, keeping: Int = 0) throws {
    let log = try MetricsLog(path: path, keepingThrough: keeping)
    for step in steps { try log.append(line(step)) }
  }

  private func text(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      let odd = [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 0.1]
      let lines = odd.enumerated().map { line($0.offset + 1, loss: $0.element, metrics: ["top1": $0.element]) }
      let log = try MetricsLog(path: path, keepingThrough: 0)
      for line in lines { try log.append(line) }
      let found = try MetricsLog.lines(at: path)
      #expect(found.count == lines.count)
      for (one, other) in zip(found, lines) {
        #expect(one.loss.bitPattern == other.loss.bitPattern || (one.loss.isNaN && other.loss.isNaN))
        #expect(one.step == other.step && one.metrics.keys == other.metrics.keys)
      }
      // Every line is JSON for others too.
      for line in try text(path).split(separator: UInt8(ascii: "\n")) {
        #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
      }
      // A run that goes on keeps them.
      let before = try text(path)
      _ = try MetricsLog(path: path, keepingThrough: 7)
      #expect(try text(path) == before)
    }
  }

  @Test func linesBehindTheStepAreCutOffAndThoseUpToItStay() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try write(1...6, to: path)
      for step in (0...6).reversed() {
        _ = try MetricsLog(path: path, keepingThrough: step)
        #expect(try MetricsLog.lines(at: path).map(\.step) == Array(1..<step + 1))
      }
      #expect(try text(path).isEmpty)
    }
  }

  /// Damage of any kind in any line costs that line and no other.
  @Test(arguments: ["", "{", "not JSON", "{\"step\":2}", "\u{0}\u{0}", "null", "[1]"]) func aDamagedLineCostsNoOther(
    damage: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      for place in 0..<5 {
        try? FileManager.default.removeItem(atPath: path)
        try write(1...5, to: path)
        var lines = try text(path).split(separator: UInt8(ascii: "\n")).map(Array.init)
        lines[place] = Array(damage.utf8)
        let damaged = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
        try Data(damaged).write(to: URL(filePath: path))
        let whole = (1...5).filter { $0 != place + 1 }
        #expect(try MetricsLog.lines(at: path).map(\.step) == whole)
        // The run goes on behind its third step, and on.
        try write(4...6, to: path, keeping: 3)
        #expect(try MetricsLog.lines(at: path).map(\.step) == whole.filter { $0 <= 3 } + [4, 5, 6])
        // What could not be read stays where lines of before follow.
        if place < 2, !damage.isEmpty {
          #expect(try text(path).split(separator: UInt8(ascii: "\n"))[place].elementsEqual(damage.utf8))
        }
      }
    }
  }

  @Test func aFileCutAnywhereLosesTheLineThatWasCut() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try write(1...3, to: path)
      let whole = try text(path)
      let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
      for cut in 0...whole.count {
        try Data(whole[..<cut]).write(to: URL(filePath: path))
        // A line that lacks only its end is whole.
        let complete = ends.filter { $0 <= cut }.count
        try write(4...4, to: path, keeping: 3)
        #expect(try MetricsLog.lines(at: path).map(\.step) == Array(1..<complete + 1) + [4])
      }
    }
  }

  @Test func linesOfTwoRunsInOneFileAreSorted() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      let log = try MetricsLog(path: path, keepingThrough: 0)
      for step in [1, 2, 5, 6, 3, 4] { try log.append(line(step)) }
      _ = try MetricsLog(path: path, keepingThrough: 4)
      #expect(try MetricsLog.lines(at: path).map(\.step) == [1, 2, 3, 4])
    }
  }

  @Test func aLogThatCannotBeReadIsNoEmptyOne() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/metrics.jsonl", withIntermediateDirectories: true)
      #expect(throws: RunError.self) { try MetricsLog.lines(at: folder + "/metrics.jsonl") }
      #expect(try MetricsLog.lines(at: folder + "/none.jsonl").isEmpty)
    }
  }
}
