public import SluiceTensor

extension TensorSource {
  /// The tensor of that name in single precision.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    let info = try info(name)
    return try withBytes(of: info) { (bytes: RawSpan) throws(CheckpointError) in
      if info.type == .float32 {
        return Tensor(Shape(info.shape)) { elements in
          unsafe elements.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
          }
        }
      }
      return Tensor(decodeFloats(bytes, info.type), shape: Shape(info.shape))
    }
  }

  /// All tensors that `map` keeps, in single precision, by the names it gives them.
  /// - Throws: ``CheckpointError`` if a tensor cannot be read, or the map gives several of them one name.
  public func allTensors(map: KeyMap = .identity) throws(CheckpointError) -> [String: Tensor] {
    var all: [String: Tensor] = [:]
    for entry in try map.apply(to: self).mapped { all[entry.name] = try entry.value() }
    return all
  }
}
