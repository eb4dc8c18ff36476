internal import SluiceDatasets
public import SluiceFlow
internal import SluicePlatform

/// `failures.csv`: a header, and a line for each sample that failed, in training, validation or evaluation.
///
/// What failed outside of training has that before its stage: `validation/decode`.
public struct FailureFile: Sendable {
  /// What was done with a sample when it failed.
  public enum Use: String, Sendable, CaseIterable {
    case training
    case validation
    case evaluation

    /// The stage of a failure as the file has it.
    func stage(_ stage: String) -> String { self == .training ? stage : "\(rawValue)/\(stage)" }

    /// Whose failure a line with this stage is.
    static func of(_ stage: String) -> Use {
      allCases.first { $0 != .training && stage.hasPrefix($0.rawValue + "/") } ?? .training
    }
  }

  private static let header = ["sample", "stage", "epoch", "reason"]

  private let directory: RunDirectory

  /// The failures of a run's directory.
  public init(of directory: RunDirectory) {
    self.directory = directory
  }

  /// Puts these failures in place of those that the file has of the same use; the others stay.
  ///
  /// No file is made for no failure.
  /// - Throws: ``RunError`` if the file cannot be written.
  public func replace(_ failures: [SampleFailure], of use: Use) throws(RunError) {
    let stored = rows()
    let others = stored.filter { Use.of($0[1]) != use }
    let own = failures.map { FailureFile.row($0, use) }
    let rows = use == .training ? own + others : others + own
    if !rows.isEmpty || !stored.isEmpty { try write(rows) }
  }

  /// Adds those of these failures whose samples the file does not name yet with the same use.
  /// - Throws: ``RunError`` if the file cannot be written.
  public func add(_ failures: [SampleFailure], of use: Use) throws(RunError) {
    let stored = rows()
    let known = Set(stored.filter { Use.of($0[1]) == use }.map { ExactText($0[0]) })
    let new = failures.filter { !known.contains(ExactText($0.identity)) }
    if !new.isEmpty { try write(stored + new.map { FailureFile.row($0, use) }) }
  }

  private static func row(_ failure: SampleFailure, _ use: Use) -> [String] {
    let stage = Use.of(failure.stage) == use ? failure.stage : use.stage(failure.stage)
    return [failure.identity, stage, "\(failure.epoch)", failure.reason]
  }

  private func write(_ rows: [[String]]) throws(RunError) {
    let lines = ([FailureFile.header] + rows).map { $0.map(\.csvField).joined(separator: ",") }
    try directory.write(lines.joined(separator: "\n") + "\n", to: directory.failures)
  }

  /// The lines without the header; none if there is no file that can be read.
  private func rows() -> [[String]] {
    let rows = (try? csvRows(at: directory.failures)) ?? []
    return rows.dropFirst().filter { $0.count == FailureFile.header.count }
  }
}
