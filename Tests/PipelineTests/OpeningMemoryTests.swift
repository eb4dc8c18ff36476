import Foundation
import TestSupport
import Testing

/// Every handle is given back: a process of its own, so that nothing else's memory is counted.
struct OpeningMemoryTests {
  @Test(.disabled(if: isSanitized, "a sanitizer keeps what was freed")) func memoryStaysFlatOverManyOpens() throws {
    try withTemporaryFolder { folder in
      let sample = try SampleVideos.write(1, to: folder, broken: ["cut.mp4"])
      let lines = try String(contentsOfFile: sample, encoding: .utf8)
      func peak(rounds: Int) throws -> Int {
        let list = "\(folder)/\(rounds).txt"
        try String(repeating: lines, count: rounds).write(toFile: list, atomically: true, encoding: .utf8)
        let check = try TestSupport.SluiceProgram.run(["check", list, "--json"])
        #expect(check.status == 1 && check.output.contains("cut.mp4"), "\(check.messages)")
        return check.peakByteCount
      }
      // Warm after a few; from then on no more than the lines of the list and the failures that are printed.
      let rounds = isLongTier ? 5000 : 300
      let (few, many) = (try peak(rounds: 30), try peak(rounds: rounds))
      #expect(few > 0 && many - few < (6 << 20) + 1024 * rounds, "\(few) bytes, then \(many)")
    }
  }
}
