public import SluiceTraining

/// A network that can take the samples of a batch through its costly part some at a time, for batches larger than memory.
///
/// What the gradients of a part need is recomputed on the way back, so that a step keeps it of one part at a time. Losses
/// and gradients are those of the whole batch but for the order of sums.
public protocol ChunkedModel: TrainingModel {
  /// Samples at a time; all if `nil`.
  var chunk: Int? { get }
}
