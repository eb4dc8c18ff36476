import Foundation
import TestSupport
import Testing

@Suite struct SoakTests {
  private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "Soak")

  /// A long run in a process of its own, since other tests take memory meanwhile.
  @Test(.hanging) func aLongRunKeepsItsMemory() throws {
    let count = isLongTier ? 10_000_000 : 300_000
    let process = Process()
    let pipe = Pipe()
    process.executableURL = Self.program
    process.arguments = ["\(count)"]
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(numbers.count == 4, "\(text)")
    let (batches, failures, early, late) = (numbers[0], numbers[1], numbers[2], numbers[3])
    // One of a thousand fails; the last batch of an epoch is filled from the next.
    #expect(batches == (count - count / 1000 + 3) / 4 && failures == count / 1000)
    print("soak: \(count) elements, \(early) bytes early, \(late) at the end")
    // A failure is remembered. One word kept of every other element would be three times as much as this; a sanitizer
    // keeps what was freed for a while.
    #expect(early > 0)
    if !isSanitized { #expect(late - early < 1 << 20 + 500 * failures) }
  }
}
