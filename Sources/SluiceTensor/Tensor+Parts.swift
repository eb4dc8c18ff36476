extension Tensor {
  /// One step of the first axis; shares memory and has no history.
  /// - Precondition: there is such a step.
  package func element(_ index: Int) -> Tensor {
    precondition(shape.rank > 0 && 0..<shape[0] ~= index, "element \(index) of \(self)")
    let part = Shape(Array(shape.dimensions.dropFirst()))
    let byteCount = part.count * elementType.byteCount
    return Tensor(
      shape: part, elementType: elementType, storage: Storage(index * byteCount, byteCount, of: storage), node: nil)
  }

  /// `parts` along a new first axis, where they lie behind one another in one block of memory: no copy.
  /// - Returns: `nil` if they lie elsewhere, differ in shape or type, or have a history.
  package static func adjoining(_ parts: [Tensor]) -> Tensor? {
    guard let first = parts.first else { return nil }
    let byteCount = first.count * first.elementType.byteCount
    for (index, part) in parts.enumerated() {
      guard part.node == nil, part.shape == first.shape, part.elementType == first.elementType,
        part.storage.isBehind(first.storage, by: index * byteCount)
      else { return nil }
    }
    return Tensor(
      shape: Shape([parts.count] + first.shape.dimensions), elementType: first.elementType,
      storage: Storage(0, parts.count * byteCount, of: first.storage), node: nil)
  }
}
