extension TensorSource {
  /// Calls `body` with the bytes of some rows along a tensor's first axis.
  /// - Precondition: the rows are among the tensor's.
  public func withBytes<Result>(
    ofRows rows: Range<Int>, of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    let count = tensor.shape.first ?? 0
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows \(rows) of \(tensor.name), which has \(count)")
    let length = count == 0 ? 0 : tensor.byteCount / count
    return try withBytes(of: tensor) { (bytes: RawSpan) throws(CheckpointError) in
      try body(bytes.extracting(rows.lowerBound * length..<rows.upperBound * length))
    }
  }

  /// The elements of some rows along a tensor's first axis, as integers; nothing else of the tensor is read.
  /// - Throws: ``CheckpointError`` for floating-point tensors and for values over `Int.max`.
  /// - Precondition: the rows are among the tensor's.
  public func integers(ofRows rows: Range<Int>, of tensor: TensorInfo) throws(CheckpointError) -> [Int] {
    let values = try withBytes(ofRows: rows, of: tensor) { (bytes: RawSpan) throws(CheckpointError) in
      decodeIntegers(bytes, tensor.type)
    }
    guard let values else { throw notIntegers(tensor) }
    return values
  }

  func notIntegers(_ tensor: TensorInfo) -> CheckpointError {
    CheckpointError(
      .mismatched, file: path,
      "\(tensor.name) holds \(tensor.type.rawValue) values that are no 64-bit signed integers")
  }
}
