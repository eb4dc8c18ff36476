import Foundation
import Glibc
import SluiceCheckpoints
import SluiceFlow
import SluiceTensor
import TestSupport
import Testing

/// Checkpoints that are not whole, in the sentences that say so.
@Suite struct CheckpointErrorTests {
  private static func state(step: Int = 5) -> TrainingState {
    TrainingState(
      parameters: ["w": Tensor([1, 2], shape: [2])], optimizer: ["step.w": Tensor([1], shape: [1])],
      position: TrainingPosition(stream: StreamPosition(seed: 1, step: step), epoch: 0, computeThreads: 1),
      configuration: ["batch": ["size": 4]])
  }

  /// What opening a checkpoint says of which one file was changed.
  private func opening(_ file: String, _ change: (inout String) -> Void) throws -> String {
    try withTemporaryFolder { folder in
      let path = try CheckpointFolder(folder).save(Self.state())
      var text = try String(contentsOfFile: "\(path)/\(file)", encoding: .isoLatin1)
      change(&text)
      try Data(text.unicodeScalars.map { UInt8($0.value) }).write(to: URL(filePath: "\(path)/\(file)"))
      return sentence { _ = try SavedCheckpoint(path: path).state() }
    }
  }

  @Test func aManifestThatDoesNotFitIsSaid() throws {
    #expect(
      try opening("manifest.json") { $0.replace("\"version\" : 1", with: "\"version\" : 9") }.hasSuffix(
        "has version 9; this program reads version 1"))
    #expect(
      try opening("manifest.json") { $0.replace("position.json", with: "posision.json") }.hasSuffix(
        "the manifest does not list position.json"))
    #expect(try opening("manifest.json") { $0 = "{" }.contains("manifest.json: is no JSON of the expected form:"))
  }

  @Test func filesThatAreNotWhatWasWrittenAreSaid() throws {
    #expect(try opening("position.json") { $0.removeLast(3) }.contains("bytes, was written with"))
    #expect(try opening("position.json") { $0.removeLast(3) }.hasSuffix(": it was cut off"))
    #expect(
      try opening("configuration.json") { $0.replace("4", with: "5") }.contains(
        "configuration.json: its checksum is wrong: the file was changed or damaged since it was written."))
  }

  @Test func aFolderThatIsAFileIsSaid() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(filePath: folder + "/file"))
      #expect(sentence { _ = try CheckpointFolder(folder + "/file").survey() }.contains("file: cannot be listed:"))
    }
  }

  @Test func whatCannotBeWrittenIsSaid() async {
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try CheckpointFolder(folder).save(CheckpointErrorTests.state())
      try failSystemCall(.rename, with: EXDEV)
      exitExpecting("cannot be replaced: Invalid cross-device link") {
        try CheckpointFolder(folder).save(CheckpointErrorTests.state())
      }
    }
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try failSystemCall(.makeDirectory, with: ENOSPC)
      exitExpecting("cannot create \(folder)/.step-000005.tmp-\(getpid()): No space left on device") {
        try CheckpointFolder(folder).save(CheckpointErrorTests.state())
      }
    }
  }
}
