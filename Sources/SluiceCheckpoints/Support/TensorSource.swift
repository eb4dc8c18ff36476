internal import SluicePlatform

/// A file that holds named tensors.
///
/// Typed reading converts element types: `floats` reads every type, `integers` every whole-number type.
public protocol TensorSource: Sendable {
  /// Path of the file, as it was given.
  var path: String { get }
  /// The tensors, in the file's own order.
  var tensors: [TensorInfo] { get }
  /// The tensor of that name.
  subscript(name: String) -> TensorInfo? { get }

  /// Calls `body` with the elements of a tensor of this file: row-major, without gaps, little-endian.
  func withBytes<Result>(
    of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  )
    throws(CheckpointError) -> Result
}

extension TensorSource {
  /// The tensor of that name.
  ///
  /// - Throws: ``CheckpointError`` naming the nearest name when there is none.
  public func info(_ name: String) throws(CheckpointError) -> TensorInfo {
    if let info = self[name] { return info }
    let nearest = nearestName(to: name, among: tensors.lazy.map(\.name)).map { "; the nearest is \($0)" } ?? ""
    throw CheckpointError(.absent, file: path, "there is no tensor \(name) among \(tensors.count)\(nearest)")
  }

  /// The elements as single precision, rounded to nearest where the file holds more.
  public func floats(_ name: String) throws(CheckpointError) -> [Float] {
    let info = try info(name)
    return try withBytes(of: info) { (bytes: RawSpan) throws(CheckpointError) in
      decodeFloats(bytes, info.type)
    }
  }

  /// The elements as double precision.
  public func doubles(_ name: String) throws(CheckpointError) -> [Double] {
    let info = try info(name)
    return try withBytes(of: info) { (bytes: RawSpan) throws(CheckpointError) in
      decodeDoubles(bytes, info.type)
    }
  }

  /// The elements as integers.
  ///
  /// - Throws: ``CheckpointError`` for floating-point tensors and for values over `Int.max`.
  public func integers(_ name: String) throws(CheckpointError) -> [Int] {
    let info = try info(name)
    let values = try withBytes(of: info) { (bytes: RawSpan) throws(CheckpointError) in
      decodeIntegers(bytes, info.type)
    }
    guard let values else { throw notIntegers(info) }
    return values
  }

  /// The elements' bytes, as they are stored.
  public func bytes(_ name: String) throws(CheckpointError) -> [UInt8] {
    try withBytes(of: try info(name)) { (bytes: RawSpan) throws(CheckpointError) in
      unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
  }
}
