public import SluiceTraining

/// A system that compares videos with the names of classes: `sluice eval` measures it by ``EvaluationProtocol``, on its own
/// classes or on any others, and `--val` by the protocol that its recipe names.
///
/// A system has a ``videoText`` and needs no more: the evaluation comes with it.
public protocol VideoTextClassifying: TrainingSystem {
  /// The network, and how its clips and prompts are made.
  var videoText: VideoTextClassifier { get }
}
