internal import SluiceFlow
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

/// What a training run takes of memory at least: less than it will, so that a machine which has less cannot run it.
struct RunMemory {
  /// Parameters with their gradients, the optimizer's moments and an average of the weights.
  private(set) var parameters = 0
  /// The batch of the step, and the next one that is made meanwhile.
  private(set) var batches = 0
  /// What a step keeps for the gradients, as far as the network says.
  private(set) var activations = 0

  init(_ trainable: TrainableState, _ graph: GraphDescription, precision: Precision) {
    let configuration = trainable.optimizer.configuration
    let moments = configuration.algorithm.momentCount
    let frozen = trainable.parameters.frozen
    for declaration in trainable.parameters.declarations {
      let copies = frozen.contains(declaration.name) ? 1 : 2 + moments + (configuration.average.isKept ? 1 : 0)
      let bytes = declaration.shape.dimensions.reduce(MemoryLayout<Float>.stride * copies) { product($0, $1) }
      parameters = sum(parameters, bytes)
    }
    for node in graph.nodes {
      if node.kind == .batch { batches = sum(batches, product(2, node.outputBytes ?? 0)) }
      activations = sum(activations, (node.workingBytes ?? 0) / (precision == .float32 ? 1 : 2))
    }
  }

  var total: Int { sum(parameters, batches, activations) }

  /// - Throws: ``RunError`` with what is wanted and what there is, where that is less.
  func require(_ machine: MachineMemory) throws(RunError) {
    guard total > machine.available else { return }
    let parts = [
      ("parameters with gradients and moments", parameters), ("two batches", batches),
      ("what a step keeps for gradients", activations),
    ].filter { $0.1 > 0 }.map { "\($0.0) \($0.1.byteText)" }
    throw RunError(
      .configuration,
      "a step wants at least \(total.byteText) of memory (\(parts.joined(separator: ", "))); \(machine.available.byteText) of "
        + "\(machine.total.byteText) are free. Lower batch.size or the sizes of the model, or set forward.recompute=true."
    )
  }
}
