public import SluiceTensor

/// One tensor to be written: its description, and its bytes when they are asked for.
public struct TensorContent: Sendable {
  /// Name, element type and shape.
  public let info: TensorInfo
  let emit: @Sendable (_ put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) -> Void

  /// A tensor in memory, `float32` or `bfloat16` as it is.
  public init(_ name: String, _ tensor: Tensor) {
    let type: StoredType = tensor.elementType == .bfloat16 ? .bfloat16 : .float32
    info = TensorInfo(name: name, type: type, shape: tensor.shape.dimensions)
    let byteCount = info.byteCount
    emit = { (put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) in
      let bytes = unsafe UnsafeRawBufferPointer(start: tensor.storage.bytes, count: byteCount)
      defer { extendLifetime(tensor.storage) }
      try put(unsafe bytes.bytes)
    }
  }

  /// Elements given as little-endian bytes, row-major.
  ///
  /// - Precondition: as many bytes as type and shape ask for.
  public init(_ info: TensorInfo, bytes: [UInt8]) {
    precondition(bytes.count == info.byteCount, "\(info.name): \(bytes.count) bytes for \(info.byteCount)")
    self.info = info
    emit = { (put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) in
      try put(unsafe bytes.span.bytes)
    }
  }

  /// Elements that `emit` gives as little-endian bytes, row-major and piece by piece, when they are written.
  ///
  /// - Precondition: as many bytes as type and shape ask for.
  public init(
    _ info: TensorInfo,
    pieces emit:
      @escaping @Sendable (_ put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) -> Void
  ) {
    self.info = info
    self.emit = emit
  }

  /// A tensor of another file, read when it is written: one tensor is in memory at a time.
  ///
  /// - Parameter type: the element type of a floating-point tensor; `nil` keeps it. Integers are never converted.
  public init(_ name: String, copying tensor: TensorInfo, of source: any TensorSource, as type: StoredType? = nil) {
    let wanted = tensor.type.isFloatingPoint ? type ?? tensor.type : tensor.type
    info = TensorInfo(name: name, type: wanted, shape: tensor.shape)
    emit = { (put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) in
      try source.withBytes(of: tensor) { (bytes: RawSpan) throws(CheckpointError) in
        if wanted == tensor.type {
          try put(bytes)
        } else if tensor.type == .float64 {
          try put(unsafe encode(decodeDoubles(bytes, .float64), as: wanted).span.bytes)
        } else {
          try put(unsafe encode(decodeFloats(bytes, tensor.type), as: wanted).span.bytes)
        }
      }
    }
  }
}
