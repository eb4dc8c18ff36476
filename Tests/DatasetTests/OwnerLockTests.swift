import Foundation
import SluicePlatform
import TestSupport
import Testing

/// A directory belongs to one process.
@Suite struct OwnerLockTests {
  private func withLock(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { try body($0 + "/run.lock") }
  }

  private func text(_ owner: OwnerLock.Owner) -> String { "process \(owner.process)\nhost \(owner.host)\n" }

  @Test func aSecondLockIsRefusedWithProcessAndHost() throws {
    try withLock { path in
      var first: OwnerLock? = try OwnerLock(at: path)
      #expect(first?.predecessor == nil)
      let error = #expect(throws: OwnerLockError.self) { try OwnerLock(at: path) }
      #expect(error?.kind == .held(by: .current))
      #expect(error?.description.contains("process \(getpid()) on host \(OwnerLock.Owner.current.host)") == true)
      first = nil
      #expect(!FileManager.default.fileExists(atPath: path))
      _ = try OwnerLock(at: path)
    }
  }

  @Test(arguments: ["this host", "another host"]) func whatADeadProcessLeftIsTakenOver(host: String) throws {
    try withLock { path in
      // The largest number that no process has.
      let owner = OwnerLock.Owner(
        process: Int32.max, host: host == "this host" ? OwnerLock.Owner.current.host : "elsewhere")
      try text(owner).write(toFile: path, atomically: true, encoding: .utf8)
      let lock = try OwnerLock(at: path)
      #expect(lock.predecessor == owner)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text(.current))
    }
  }

  /// Where the file system has no locks, what stands in the file decides.
  @Test(arguments: [
    ("process \(Int32.max)\nhost HERE\n", true), ("process 1\nhost HERE\n", false),
    ("process \(Int32.max)\nhost elsewhere\n", false), ("", true), ("nonsense", true),
  ])
  func withoutLocksOfTheSystemTheFileCounts(content: String, isTaken: Bool) throws {
    try withLock { path in
      let content = content.replacing("HERE", with: OwnerLock.Owner.current.host)
      try content.write(toFile: path, atomically: true, encoding: .utf8)
      func take() throws -> OwnerLock {
        try OwnerLock(at: path) { _ in
          errno = ENOLCK
          return -1
        }
      }
      if isTaken {
        let lock = try take()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text(.current))
        #expect(throws: OwnerLockError.self) { try take() }
        withExtendedLifetime(lock) {}
      } else {
        #expect(throws: OwnerLockError.self) { try take() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
      }
    }
  }

  @Test func oneOfManyAtOnceHasIt() async throws {
    let folder = NSTemporaryDirectory() + "sluice-lock-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for _ in 0..<50 {
      let locks = await withTaskGroup(of: OwnerLock?.self) { group in
        for _ in 0..<8 { group.addTask { try? OwnerLock(at: folder + "/run.lock") } }
        var taken: [OwnerLock] = []
        for await lock in group { if let lock { taken.append(lock) } }
        return taken
      }
      #expect(locks.count == 1)
    }
  }

  @Test func whereNothingCanBeWrittenTheReasonIsSaid() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: OwnerLockError.self) { try OwnerLock(at: folder + "/none/run.lock") }
      #expect(error?.kind == .unwritable && error?.description.contains("No such file") == true)
    }
  }

  @Test func freeSpaceIsThatOfTheFolderThatWillHoldThePath() throws {
    try withTemporaryFolder { folder in
      let free = try #require(freeDiskSpace(at: folder))
      let later = try #require(freeDiskSpace(at: folder + "/a/b/c"))
      #expect(free > 0 && abs(free - later) < 1 << 30)
      #expect(freeDiskSpace(at: "not/there/yet") != nil && freeDiskSpace(at: "/") != nil)
    }
  }
}
