internal import SluiceCheckpoints
internal import SluiceFlow
public import SluiceTensor

/// How far another program came with a system's network: a run goes on behind it.
public struct EarlierTraining: Sendable {
  /// Whole passes over the data.
  public let epochs: Int
  /// Samples of an update.
  public let samplesPerStep: Int
  /// The optimizer's memory by the names of its state; empty where it is not known.
  public let optimizer: [String: Tensor]
  /// What is not as one may think, a sentence; `nil` if nothing is.
  public let note: String?

  public init(epochs: Int, samplesPerStep: Int, optimizer: [String: Tensor], note: String? = nil) {
    (self.epochs, self.samplesPerStep, self.optimizer, self.note) = (epochs, samplesPerStep, optimizer, note)
  }
}

extension Trainer {
  /// The position behind the last update of the epochs that are done.
  ///
  /// A batch goes on into the next epoch here: the samples at the end of an epoch that make no whole update come again.
  /// - Throws: ``RunError`` if the run has no more epochs than that.
  func position(behind earlier: EarlierTraining) throws(RunError) -> TrainingPosition {
    let sources = pipeline.graph.nodes.filter { $0.kind == .source }
    let counts = pipeline.sampleCounts
    guard let source = sources.first, sources.count == 1, let count = counts.first else {
      throw RunError(.resume, "a run of several sources cannot go on with another program's. Begin with its weights.")
    }
    let steps = earlier.epochs * count / max(earlier.samplesPerStep, 1)
    let stream = StreamPosition(
      seed: options.seed, step: steps,
      sources: [SourcePosition(name: source.name, count: count, consumed: steps * earlier.samplesPerStep)])
    guard !isComplete(stream) else {
      throw RunError(
        .resume,
        "\(earlier.epochs) epochs are done already, and the run has no more. Ask for more by --epochs, or begin with the weights "
          + "by --from.")
    }
    return TrainingPosition(
      stream: stream, epoch: max(earlier.epochs - 1, 0), computeThreads: options.budget.compute)
  }
}
