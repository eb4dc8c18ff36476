import Foundation
import TestSupport
import Testing

/// Every handle is given back: a process of its own, so that nothing else's memory is counted.
struct OpeningMemoryTests {
  @Test func memoryStaysFlatOverManyOpens() throws {
    try withTemporaryFolder { folder in
      let sample = try SampleVideos.write(1, to: folder, broken: ["cut.mp4"])
      let lines = try String(contentsOfFile: sample, encoding: .utf8)
      let list = folder + "/many.txt"
      let rounds = isLongTier ? 5000 : 300
      try String(repeating: lines, count: rounds).write(toFile: list, atomically: true, encoding: .utf8)
      var sizes: [Int] = []
      let check = try SluiceProgram.run(["check", list, "--json"]) { process in
        while process.isRunning {
          if let size = residentBytes(process.processIdentifier) { sizes.append(size) }
          usleep(5000)
        }
      }
      #expect(check.status == 1 && check.output.contains("cut.mp4"), "\(check.errors)")
      // Once warm, no more than the failures that it lists.
      let warm = try #require(sizes.dropFirst(sizes.count / 3).first)
      let peak = try #require(sizes.max())
      #expect(sizes.count > 10 && peak - warm < 6 << 20, "\(warm) bytes, then \(peak)")
    }
  }

  private func residentBytes(_ process: Int32) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else { return nil }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * 4096 } : nil
  }
}
