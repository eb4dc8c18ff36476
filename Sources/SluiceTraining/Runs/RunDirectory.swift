internal import FoundationEssentials
internal import SluicePlatform

/// Where a run keeps what it writes: `metrics.jsonl`, `checkpoints/`, `failures.csv`, `configuration.json`, `report.html`,
/// in `datasets/` what its data consists of, and where it reads texts its `vocab.txt`, or its `merges.txt` and `prompts.txt`.
public struct RunDirectory: Sendable, Equatable {
  public let path: String

  public var metrics: String { path + "/metrics.jsonl" }
  public var checkpoints: String { path + "/checkpoints" }
  public var failures: String { path + "/failures.csv" }
  public var configuration: String { path + "/configuration.json" }
  public var report: String { path + "/report.html" }
  /// The vocabulary of a run that reads captions.
  public var vocabulary: String { path + "/" + Self.vocabularyName }
  package static let vocabularyName: String = "vocab.txt"
  /// The merges of a run that reads texts by CLIP's tower.
  public var merges: String { path + "/" + Self.mergesName }
  package static let mergesName: String = "merges.txt"
  /// The sentences that its classes were described by, a line each.
  public var prompts: String { path + "/" + Self.promptsName }
  package static let promptsName: String = "prompts.txt"
  /// The clips that it was trained on, where they were chosen from more.
  public var choice: String { path + "/" + Self.choiceName }
  package static let choiceName: String = "few-shot.tsv"

  public init(path: String) {
    self.path = path
  }

  /// The last of `runs/PIPELINE-1`, `-2`, … that is there, or `nil`.
  public static func latest(for pipeline: String, under folder: String = "runs") -> RunDirectory? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let numbers = names.compactMap { name in
      name.hasPrefix(pipeline + "-") ? Int(name.dropFirst(pipeline.count + 1)) : nil
    }
    return numbers.max().map { RunDirectory(path: "\(folder)/\(pipeline)-\($0)") }
  }

  /// Whether there is a run here already.
  public var holdsRun: Bool {
    FileManager.default.fileExists(atPath: configuration) || FileManager.default.fileExists(atPath: checkpoints)
  }

  /// Makes the directory with its folder of checkpoints.
  /// - Throws: ``RunError`` if it cannot be made, or is a file.
  public func create() throws(RunError) { try make(checkpoints) }

  /// Makes the directory alone, for what is no run.
  /// - Throws: ``RunError`` if it cannot be made, or is a file.
  public func createFolder() throws(RunError) { try make(path) }

  private func make(_ folder: String) throws(RunError) {
    do { try createDirectories(folder) } catch {
      throw RunError(.file, "\(error). The directory is named by --out.")
    }
  }

  /// Writes a file whole or not at all.
  /// - Throws: ``RunError`` if that fails; the file that was there before is untouched then.
  public func write(_ text: String, to file: String) throws(RunError) { try write(Array(text.utf8), to: file) }

  /// Writes a file of the directory unless it is there with this text.
  func keep(_ text: String, as name: String) throws(RunError) {
    let file = path + "/" + name
    if let present = try? readFile(file), present == Array(text.utf8) { return }
    try write(text, to: file)
  }

  /// Writes a file whole or not at all.
  func write(_ bytes: [UInt8], to file: String) throws(RunError) {
    do { try OutputFile.replace(file, with: bytes) } catch { throw RunError(.file, "\(error)") }
  }
}
