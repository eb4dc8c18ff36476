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

  /// All tensors by name, in single precision.
  public func allTensors() throws(CheckpointError) -> [String: Tensor] {
    var all: [String: Tensor] = [:]
    for info in tensors { all[info.name] = try tensor(info.name) }
    return all
  }
}
