/// What `sluice eval` can be asked for of systems that have a use for it.
public enum EvaluationOption: String, Sendable, CaseIterable {
  /// A second table, of similarities that are weighed by a softmax over all texts.
  case dualSoftmax = "--dual-softmax"
  /// Each text is embedded by itself, without padding.
  case textAlone = "--text-alone"
}
