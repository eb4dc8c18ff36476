internal import SluiceNN
internal import SluicePlatform

/// The room on the disk that the checkpoints of a run take.
package struct CheckpointSpace {
  /// Bytes of a checkpoint, without its few thousand of text.
  package let checkpointSize: Int
  /// How many stand beside each other at most, the one that is being written included.
  package let count: Int

  /// - Parameters:
  ///   - kept: how many of the last stay.
  ///   - keepsBest: whether the best stays too.
  ///   - steps: steps of the run: there are no more checkpoints than these.
  package init(of trainable: TrainableState, kept: Int, keepsBest: Bool, atMost steps: Int) {
    let store = trainable.parameters
    let trained = store.declarations.filter { !store.frozen.contains($0.name) }.reduce(0) { $0 + $1.shape.count }
    let configuration = trainable.optimizer.configuration
    let moments = configuration.algorithm.momentCount
    let copies = moments + (configuration.average.isKept ? 1 : 0)
    checkpointSize = MemoryLayout<Float>.size * (store.elementCount + copies * trained)
    count = min(kept + (keepsBest ? 1 : 0), max(steps, 1)) + 1
  }

  /// Bytes that all of them take.
  package var total: Int {
    let (bytes, overflows) = checkpointSize.multipliedReportingOverflow(by: count)
    return overflows ? .max : bytes
  }

  /// Checks before the first step that there is room for them.
  /// - Throws: ``RunError`` with what is wanted and what is free.
  package func requireRoom(in directory: RunDirectory) throws(RunError) {
    guard let free = freeDiskSpace(at: directory.path) else { return }
    try requireRoom(in: directory, free: free, present: bytes(below: directory.checkpoints))
  }

  /// - Parameters:
  ///   - free: bytes that may still be written.
  ///   - present: bytes of checkpoints that are there already, and will be removed as others come.
  package func requireRoom(in directory: RunDirectory, free: Int, present: Int) throws(RunError) {
    let missing = total - min(present, total)
    guard missing > free else { return }
    throw RunError(
      .file,
      "\(directory.path): the \(count - 1) checkpoint\(count == 2 ? "" : "s") that are kept and the one being written take "
        + "\(total.byteText), \(checkpointSize.byteText) each; \(free.byteText) are free there. Make room, keep fewer "
        + "(--keep), or name another --out.")
  }

  private func bytes(below folder: String) -> Int {
    let files = (try? filesBelow(folder)) ?? []
    return files.reduce(0) { $0 + (fileSize(at: "\(folder)/\($1)") ?? 0) }
  }
}
