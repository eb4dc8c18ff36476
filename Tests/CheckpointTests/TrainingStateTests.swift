import Foundation
import SluiceCheckpoints
import SluiceFlow
import SluiceTensor
import TestSupport
import Testing

@Suite struct TrainingStateTests {
  private func state(step: Int, size: Int = 16, metrics: [String: Double] = [:]) -> TrainingState {
    let values = (0..<size).map { Float($0 + step) / 3 }
    return TrainingState(
      parameters: ["blocks.0.weight": Tensor(values, shape: [size]), "bias": Tensor([Float(step)], shape: [1])],
      optimizer: ["exp_avg.bias": Tensor([0.5], shape: [1]), "step.bias": Tensor([Float(step)], shape: [1])],
      position: TrainingPosition(
        stream: StreamPosition(
          seed: .max, step: step, sources: [SourcePosition(name: "videos", count: 10, consumed: 4 * step)]),
        epoch: step / 10, computeThreads: 2, metrics: metrics),
      configuration: ["batch": ["size": 4], "optimize": ["peak": 1e-3]])
  }

  private func steps(_ folder: CheckpointFolder) throws -> [Int] {
    try folder.survey().complete.map(\.position.step)
  }

  @Test func aStateComesBackBitForBit() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder("\(path)/run/checkpoints")
      #expect(try folder.survey().complete.isEmpty)
      var saved = state(step: 123, metrics: ["val_loss": 0.1, "worst": .infinity])
      var answers = AnswerCounts(epoch: 12)
      _ = answers.add(["mask_acc": [8191: 2, 0: 1], "other": [:]], epoch: 12)
      saved.position.answers = answers
      let directory = try folder.save(saved)
      #expect(directory == "\(path)/run/checkpoints/step-000123")
      let read = try #require(try folder.survey(verifying: true).complete.last).state()
      #expect(read.position == saved.position)
      #expect(read.configuration == saved.configuration)
      #expect(read.parameters.mapValues(\.floats) == saved.parameters.mapValues(\.floats))
      #expect(read.optimizer.mapValues(\.floats) == saved.optimizer.mapValues(\.floats))
      #expect(read.parameters["blocks.0.weight"]?.shape == [16])
    }
  }

  @Test func answersAreCountedOverAnEpoch() throws {
    var counts = AnswerCounts()
    #expect(counts.add(["a": [3: 2, 5: 1]], epoch: 0) == ["a": 2.0 / 3])
    // The most frequent so far is another one than that of the step; a stream that was not there has no share.
    #expect(counts.add(["a": [3: 1, 7: 2], "b": [0: 4]], epoch: 0) == ["a": 0.5, "b": 1])
    #expect(counts.add(["b": [1: 6]], epoch: 0) == ["b": 0.6])
    #expect(counts.counts == ["a": [3: 3, 5: 1, 7: 2], "b": [0: 4, 1: 6]])
    #expect(counts.add(["a": [:]], epoch: 0) == ["a": 0.5])
    #expect(counts.add(["c": [:]], epoch: 0).isEmpty)
    // Another epoch begins anew, also an earlier one.
    for epoch in [1, 0] {
      #expect(counts.add(["a": [5: 1]], epoch: epoch) == ["a": 1])
      #expect(counts.epoch == epoch && counts.counts == ["a": [5: 1]])
    }
  }

  @Test func aPositionOfARunThatComparesNothingSaysNothingOfIt() throws {
    let position = state(step: 1).position
    let text = String(decoding: try JSONEncoder().encode(position), as: UTF8.self)
    #expect(!text.contains("answers") && position.answers == nil)
    #expect(try JSONDecoder().decode(TrainingPosition.self, from: Data(text.utf8)) == position)
  }

  @Test func theLastAreKeptAndTheBestForEver() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path, keepLast: 2, best: .lowest("val_loss"))
      for (step, loss) in [(10, 3.0), (20, 1.0), (30, 2.0), (40, .nan), (50, 1.0), (60, 5.0)] {
        try folder.save(state(step: step, metrics: ["val_loss": loss]))
      }
      #expect(try steps(folder) == [20, 50, 60])
      try CheckpointFolder(path, keepLast: 1, best: .highest("val_loss")).save(state(step: 70))
      #expect(try steps(folder) == [60, 70])
      let other = CheckpointFolder(path, keepLast: 1)
      try other.save(state(step: 1_000_000))
      #expect(try steps(other) == [1_000_000])
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["step-1000000"])
    }
  }

  @Test func theSameStepIsReplacedAsAWhole() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path)
      try folder.save(state(step: 5))
      try folder.save(state(step: 5, size: 99, metrics: ["val_loss": 2]))
      let survey = try folder.survey(verifying: true)
      #expect(survey.complete.map(\.position.metrics) == [["val_loss": 2]])
      #expect(survey.unusable == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["step-000005"])
    }
  }

  @Test func whateverIsCutOffTheLastCompleteOneIsFound() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path)
      try folder.save(state(step: 1))
      let last = URL(fileURLWithPath: try folder.save(state(step: 2)))
      for name in try FileManager.default.contentsOfDirectory(atPath: last.path) {
        let file = last.appendingPathComponent(name)
        let whole = try Data(contentsOf: file)
        for length in Set([0, 1, 7, 8, whole.count / 2, whole.count - 2]) {
          try whole.prefix(length).write(to: file)
          let survey = try folder.survey()
          #expect(survey.complete.map(\.position.step) == [1], "\(name) cut to \(length)")
          #expect(survey.unusable.count == 1)
        }
        try FileManager.default.removeItem(at: file)
        #expect(try steps(folder) == [1], "without \(name)")
        try whole.write(to: file)
        #expect(try steps(folder) == [1, 2])
      }
    }
  }

  @Test func damagedBytesAreNoticedWhenVerifying() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path)
      try folder.save(state(step: 1))
      let last = URL(fileURLWithPath: try folder.save(state(step: 2)))
      for name in try FileManager.default.contentsOfDirectory(atPath: last.path) {
        let file = last.appendingPathComponent(name)
        let whole = try Data(contentsOf: file)
        var damaged = whole
        damaged[whole.count / 2] ^= 1
        try damaged.write(to: file)
        let survey = try folder.survey(verifying: true)
        #expect(survey.complete.map(\.position.step) == [1], "\(name)")
        try whole.write(to: file)
      }
      #expect(try folder.survey(verifying: true).complete.count == 2)
    }
  }

  @Test func leftoversOfAKilledRunAreNoCheckpointsAndAreRemoved() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path)
      let real = try folder.save(state(step: 1))
      try FileManager.default.copyItem(atPath: real, toPath: "\(path)/.step-000002.tmp-4711")
      try FileManager.default.copyItem(atPath: real, toPath: "\(path)/step-2")
      #expect(try steps(folder) == [1])
      try folder.save(state(step: 3))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["step-000001", "step-000003", "step-2"])
    }
  }

  @Test func aFolderThatCannotBeWrittenSaysSo() throws {
    try withTemporaryFolder { path in
      try Data().write(to: URL(fileURLWithPath: "\(path)/file"))
      let error = #expect(throws: CheckpointError.self) {
        try CheckpointFolder("\(path)/file/below").save(state(step: 1))
      }
      #expect(error?.code == .unwritable)
    }
  }

  /// A tiny file system in memory; mounting takes rights that a test may not have.
  private func withSmallDisk(_ body: (String) throws -> Void) throws -> Bool {
    try withTemporaryFolder { path in
      guard run("/bin/mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", path]) == 0 else { return false }
      defer { _ = run("/bin/umount", [path]) }
      try body(path)
      return true
    }
  }

  private func run(_ program: String, _ arguments: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func aFullDiskLosesNothingAndSaysSo() throws {
    let ran = try withSmallDisk { disk in
      let folder = CheckpointFolder("\(disk)/checkpoints")
      try folder.save(state(step: 1))
      // More than the disk has at all, then more than it has once metadata are counted.
      for size in [200_000, 60_000] {
        let error = #expect(throws: CheckpointError.self) { try folder.save(state(step: 2, size: size)) }
        let text = error.map { "\($0)" } ?? ""
        #expect(error?.code == .unwritable)
        #expect(text.localizedCaseInsensitiveContains("no space left on device"), "\(text)")
        #expect(text.contains("step-000001, is whole"), "\(text)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["step-000001"])
        #expect(try folder.survey(verifying: true).complete.count == 1)
      }
      try folder.save(state(step: 2))
    }
    if !ran { print("aFullDiskLosesNothingAndSaysSo: mounting is not permitted here, nothing was tried") }
  }
}
