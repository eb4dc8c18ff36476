public import SluiceCheckpoints

/// The weights that a system's network can begin with.
///
/// ```swift
/// AcceptedWeights(of: ["videomae-finetune", "videomae"], layouts: model.layouts, head: .parameters("head.*"))
/// ```
public struct AcceptedWeights: Sendable {
  /// The systems whose checkpoints fit, the own one first; those of others are refused by name.
  public let systems: [String]
  /// The layouts in which files of others are read, beside the network's own names.
  public let layouts: [KeyMap]
  /// The parameters of the task, which begin anew where the file's are for another task.
  public let head: HeadPolicy
  /// Why a file with such a tensor does not fit, where shapes alone would not say what to do; `nil` if it may fit.
  public var objection: @Sendable (_ tensor: TensorInfo) -> String? = { _ in nil }

  /// - Parameters:
  ///   - systems: the systems whose checkpoints fit, the own one first.
  ///   - layouts: the layouts of published weights that are known.
  ///   - head: the parameters of the task.
  public init(of systems: [String], layouts: [KeyMap] = [], head: HeadPolicy = .none) {
    (self.systems, self.layouts, self.head) = (systems, layouts, head)
  }
}
