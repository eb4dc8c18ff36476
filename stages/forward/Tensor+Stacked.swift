package import SluiceTensor

extension Tensor {
  /// Equal shapes behind one another along a new first axis; a sample alone, and samples that lie side by side in this order
  /// already, keep their memory.
  /// - Throws: ``ShapeError`` if a sample of the batch has another shape than the first.
  package static func stacked(_ samples: [Tensor]) throws(ShapeError) -> Tensor {
    guard let first = samples.first else { throw ShapeError("batch", [], "there is no sample in it") }
    guard samples.count > 1 else { return first.reshaped([1] + first.shape.dimensions) }
    for sample in samples { try sample.shape.check(is: first.shape, in: "batch") }
    if let adjoining = Tensor.adjoining(samples) { return adjoining }
    return .concatenated(samples.map { $0.reshaped([1] + first.shape.dimensions) }, axis: 0)
  }
}
