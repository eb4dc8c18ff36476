import Foundation
import Glibc
import SluicePlatform
import TestSupport
import Testing

/// What the system refuses while files are written is said with its reason, and with what to do where that is known.
@Suite struct SystemErrorTests {
  @Test func whatTheSystemRefusesIsSaid() throws {
    try withTemporaryFolder { folder in
      #expect(
        sentence { _ = try OutputFile(at: "\(folder)/none/a") }
          == "\(folder)/none/a: cannot be created: No such file or directory")
      #expect(sentence { _ = try OutputFile(replacing: folder) } == "\(folder): cannot be written: Is a directory")
      #expect(
        sentence { try moveIntoPlace("\(folder)/none", as: "\(folder)/a") }
          == "\(folder)/a: cannot be put in place: No such file or directory")
      #expect(
        sentence { try synchronizeDirectory("\(folder)/none") }
          == "\(folder)/none: cannot be opened: No such file or directory")
      let first = try OutputFile(replacing: "\(folder)/b")
      #expect(
        sentence { _ = try OutputFile(replacing: "\(folder)/b") }.hasSuffix(
          "is being written by another process: Resource temporarily unavailable. Wait for it, or name another place"))
      _ = first.byteCount
    }
  }

  @Test func adviceFollowsTheReason() {
    func advice(_ number: Int32) -> String {
      errno = number
      return OutputFileError("/a", "cannot be written").description
    }
    #expect(
      advice(EROFS).hasSuffix(
        "Read-only file system. Nothing has been changed; allow writing there, or name another place"))
    #expect(
      advice(ENOSPC).hasSuffix(
        "No space left on device. Nothing that was there before has been touched; make room on the disk and try again"))
    #expect(advice(EIO) == "/a: cannot be written: Input/output error")
  }

  @Test func aDiskThatFailsIsSaid() async {
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.path
      try failSystemCall(.synchronize, with: EIO)
      exitExpecting("\(folder): cannot be brought to the disk: Input/output error") { try synchronizeDirectory(folder) }
    }
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try failSystemCall(.synchronize, with: EIO)
      exitExpecting("writing stopped after 3 bytes: Input/output error") {
        var file = try OutputFile(replacing: path)
        try file.write([1, 2, 3])
        try file.finish()
      }
    }
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try failSystemCall(.truncate, with: ENOSPC)
      exitExpecting("cannot be written: No space left on device. Nothing that was there before has been touched") {
        _ = try OutputFile(replacing: path)
      }
    }
  }
}
