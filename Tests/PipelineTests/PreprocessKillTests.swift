import Foundation
import SluiceShards
import TestSupport
import Testing

/// `sluice preprocess`, killed at any moment and started again, ends with the bytes of an uninterrupted run.
@Suite(.serialized) struct PreprocessKillTests {
  @Test func killedAtAnyMomentNothingIsLost() throws {
    let folder = TemporaryFolder()
    let count = isLongTier ? 200 : 60
    var lines = ""
    for number in 0..<count {
      if number % 40 == 17 {
        try Data("no video".utf8).write(to: URL(fileURLWithPath: folder("v\(number).mp4")))
      } else {
        try folder.video("v\(number).mp4", frames: (isLongTier ? 24 : 5) + number % 4, seed: number)
      }
      lines += "v\(number).mp4 \(number % 9)\n"
    }
    let list = try folder.write(lines, "list.txt")
    func arguments(_ out: String) -> [String] {
      [
        "preprocess", list, "--root", folder.path, "--out", folder(out), "--shard-size",
        isLongTier ? "256KiB" : "64KiB", "--workers", "2",
        "--max-failures", "0.1",
      ]
    }
    let whole = try startSluice(arguments("whole"))
    whole.waitUntilExit()
    #expect(whole.terminationStatus == 0)
    let expected = try folder.contents("whole")
    let size = expected.values.reduce(0) { $0 + $1.count }
    #expect(expected.count > 4)

    let kills = isLongTier ? 50 : 5
    var inShard = 0
    for kill in 0..<kills {
      let out = "killed-\(kill)"
      let run = try startSluice(arguments(out))
      // At so much of the work, however long it takes here.
      while run.isRunning, folder.byteCount(out) < size * (2 * kill + 1) / (2 * kills) { usleep(100) }
      Foundation.kill(run.processIdentifier, SIGKILL)
      run.waitUntilExit()
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(out))) ?? []
      if names.contains(where: { $0.hasSuffix(".zst.partial") }) { inShard += 1 }
      let again = try startSluice(arguments(out))
      again.waitUntilExit()
      #expect(again.terminationStatus == 0)
      #expect(try folder.contents(out) == expected, "kill \(kill)")
      try FileManager.default.removeItem(atPath: folder(out))
    }
    print("kills: \(kills), of which \(inShard) while a shard was being written")
    if isLongTier { #expect(inShard >= 30) }
  }
}
