/// What `sluice eval` can be asked for of systems that have a use for it.
public enum EvaluationOption: String, Sendable, CaseIterable {
  /// A second table, of similarities that are weighed by a softmax over all texts.
  case dualSoftmax = "--dual-softmax"
  /// Each text is embedded by itself, without padding.
  case textAlone = "--text-alone"
  /// One of several ways to measure.
  case `protocol` = "--protocol"
  /// Frames of a window, and not of the whole video.
  case dense = "--dense"

  /// The options of systems that rank videos for captions.
  public static let ofRetrieval: Set<EvaluationOption> = [.dualSoftmax, .textAlone]
  /// The options of systems that compare videos with the names of classes.
  public static let ofClassNames: Set<EvaluationOption> = [.protocol, .dense]

  /// What a system without a use for the option lacks.
  package var lack: String {
    switch self {
    case .dualSoftmax, .textAlone: "ranks no videos for captions"
    case .protocol, .dense: "compares no videos with the names of classes"
    }
  }
}
