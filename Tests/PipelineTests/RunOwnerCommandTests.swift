import Foundation
import SluicePlatform
import SluiceTraining
import Testing

/// Programs that train at once.
@Suite(.serialized) struct RunOwnerCommandTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }
  private var arguments: [String] {
    ["train", "timesformer", "--data", "train.txt", "--seed", "5"]
      + runs.request().settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
  }

  private func start(_ arguments: [String], errors: Pipe? = nil) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: SluiceProgram.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Blocks until a program has said that it wrote a checkpoint, or has ended; what else it says is read on and dropped.
  private func waitForCheckpoint(in messages: Pipe) {
    let (said, isThere) = (Lock(""), DispatchSemaphore(value: 0))
    messages.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      let isDone = said.withLock { said in
        if said.contains("checkpoint") { return false }
        said += String(decoding: data, as: UTF8.self)
        return data.isEmpty || said.contains("checkpoint")
      }
      if isDone { isThere.signal() }
    }
    isThere.wait()
  }

  @Test func runsThatAreStartedAtOnceHaveAFolderEach() throws {
    try runs.data()
    let programs = try (0..<3).map { _ in try start(arguments + ["--steps", "2"]) }
    for program in programs { program.waitUntilExit() }
    #expect(programs.map(\.terminationStatus) == [0, 0, 0])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder("runs")).sorted()
    #expect(names == ["timesformer-1", "timesformer-2", "timesformer-3"])
    for name in names { #expect(try MetricsLog.lines(at: folder("runs/\(name)/metrics.jsonl")).map(\.step) == [1, 2]) }
  }

  @Test func aRunIsResumedByOneProgramAtATime() throws {
    try runs.data()
    let messages = Pipe()
    let first = try start(
      arguments + ["--epochs", "100000", "--checkpoint-every", "1", "--out", "run"], errors: messages)
    defer { first.terminate() }
    waitForCheckpoint(in: messages)
    for option in ["--resume", "--overwrite"] {
      let second = try SluiceProgram.run(arguments + [option, "--epochs", "100000", "--out", "run"], in: folder.path)
      #expect(second.status == 1, "\(second.errors)")
      #expect(
        second.errors.contains("run is in use by process \(first.processIdentifier) on host "), "\(second.errors)")
    }
    first.terminate()
    first.waitUntilExit()
    #expect(first.terminationStatus == 130)
  }

  @Test func optionsThatContradictAreRefused() throws {
    try runs.data()
    for (options, words) in [
      (["--resume", "--overwrite", "--out", "run"], "give one of them"), (["--overwrite"], "goes with --out"),
    ] {
      let result = try SluiceProgram.run(arguments + options, in: folder.path)
      #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
    }
  }
}
