package import SluiceCheckpoints
internal import SluiceNN
package import SluiceTensor

/// Which weights of a checkpoint are read.
public enum StoredWeights: String, Sendable, CaseIterable {
  /// Those that training changes.
  case raw
  /// Their running average.
  case ema
}

/// Which checkpoint of a run is read.
public enum CheckpointChoice: String, Sendable, CaseIterable {
  /// That of the best validation, or the last one where there was none.
  case best
  case last
}

extension SavedCheckpoint {
  /// The weights by name.
  /// - Throws: ``RunError`` if the run kept no average; an error of a damaged file.
  package func weights(_ choice: StoredWeights) throws -> [String: Tensor] {
    // The optimizer's file is twice as large: it is read only for the averages in it.
    guard choice == .ema else { return try parameters().allTensors() }
    let state = try state()
    let averages = AveragedWeights.values(in: state.optimizer)
    guard !averages.isEmpty else {
      throw RunError(
        .weights,
        "\(path) has no averaged weights: its run kept none (optimize.average is 0). Read the raw ones, or train with "
          + "--set optimize.average=0.9999.")
    }
    return state.parameters.merging(averages) { _, average in average }
  }
}
