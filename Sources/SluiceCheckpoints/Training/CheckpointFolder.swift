internal import SluicePlatform

/// The `checkpoints/` folder of a run: saves states, finds the last and the best, removes those no longer wanted.
///
/// ```swift
/// let folder = CheckpointFolder("runs/maskfeat-1/checkpoints", keepLast: 3, best: .lowest("val_loss"))
/// try folder.save(state)
/// let survey = try folder.survey(verifying: true)
/// let resumed = try survey.complete.last?.state()
/// ```
/// A checkpoint is a directory `step-000123` that comes into being by one rename after all its bytes are on the disk:
/// whatever stops the program, the folder holds the checkpoints it held before, and perhaps the new one. One run at a
/// time writes to a folder.
public struct CheckpointFolder: Sendable {
  /// The folder's path.
  public let path: String
  /// How many of the last checkpoints stay; at least 1.
  public let keepLast: Int
  /// What makes a checkpoint the best; the best stays, however old it is.
  public let best: BestCheckpoint?

  /// Describes a folder, which is created when the first state is saved.
  public init(_ path: String, keepLast: Int = 3, best: BestCheckpoint? = nil) {
    precondition(keepLast >= 1, "keepLast is \(keepLast); a run keeps at least its last checkpoint")
    self.path = path
    self.keepLast = keepLast
    self.best = best
  }
}

/// What makes a checkpoint the best: one of its position's metrics, lowest or highest.
public struct BestCheckpoint: Sendable, Equatable {
  /// The metric's name.
  public let metric: String
  let isLowest: Bool

  /// The checkpoint with the least value, as of a loss.
  public static func lowest(_ metric: String) -> BestCheckpoint { BestCheckpoint(metric: metric, isLowest: true) }
  /// The checkpoint with the greatest value, as of an accuracy.
  public static func highest(_ metric: String) -> BestCheckpoint { BestCheckpoint(metric: metric, isLowest: false) }

  /// The best of some checkpoints, the earlier one of equals; those without the metric, or with NaN, take no part.
  public func choose(from checkpoints: [SavedCheckpoint]) -> SavedCheckpoint? {
    var best: (checkpoint: SavedCheckpoint, value: Double)?
    for checkpoint in checkpoints {
      guard let value = checkpoint.position.metrics[metric], !value.isNaN else { continue }
      if let best, isLowest ? best.value <= value : best.value >= value { continue }
      best = (checkpoint, value)
    }
    return best?.checkpoint
  }
}

/// What a folder of checkpoints holds.
public struct CheckpointSurvey: Sendable {
  /// The complete checkpoints, by step.
  public let complete: [SavedCheckpoint]
  /// Why others were skipped, by step.
  public let unusable: [CheckpointError]
}

extension CheckpointFolder {
  /// All checkpoints of the folder; none if there is no folder.
  ///
  /// - Parameter verifying: also compares the checksums, beginning at the last, until one is right: what a resumed run
  ///   needs. Earlier ones are not read then.
  public func survey(verifying: Bool = false) throws(CheckpointError) -> CheckpointSurvey {
    var complete: [SavedCheckpoint] = []
    var unusable: [CheckpointError] = []
    var isVerified = !verifying
    for name in try directoryEntries(path).compactMap(Step.init).sorted(by: { $0.number > $1.number }) {
      do throws(CheckpointError) {
        let checkpoint = try SavedCheckpoint(path: "\(path)/\(name.name)")
        if !isVerified { try checkpoint.verify() }
        isVerified = true
        complete.append(checkpoint)
      } catch {
        unusable.append(error)
      }
    }
    return CheckpointSurvey(complete: complete.reversed(), unusable: unusable.reversed())
  }

  /// The directory name of a step.
  struct Step {
    let number: Int
    let name: String

    init(_ number: Int) {
      self.number = number
      name = "step-" + number.padded(to: 6)
    }

    init?(_ name: String) {
      guard name.hasPrefix("step-"), let number = Int(name.dropFirst(5)), Step(number).name == name else { return nil }
      self.init(number)
    }
  }
}
