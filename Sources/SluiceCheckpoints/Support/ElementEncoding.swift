// From numbers to the bytes of a file, rounded to nearest, ties to even.

/// The elements as little-endian bytes of a floating-point type.
func encode(_ values: [Float], as type: StoredType) -> [UInt8] {
  switch type {
  case .float64: bytes(of: values) { Double($0) }
  case .float16: bytes(of: values) { Float16($0).bitPattern }
  case .bfloat16: bytes(of: values) { upperHalf($0) }
  default: bytes(of: values) { $0 }
  }
}

/// The elements as little-endian bytes of a floating-point type.
func encode(_ values: [Double], as type: StoredType) -> [UInt8] {
  switch type {
  case .float32: bytes(of: values) { Float($0) }
  case .float16: bytes(of: values) { Float16($0).bitPattern }
  case .bfloat16: bytes(of: values) { upperHalf(oddRounded($0)) }
  default: bytes(of: values) { $0 }
  }
}

@inline(__always)
private func bytes<Value, Stored: BitwiseCopyable>(of values: [Value], _ convert: (Value) -> Stored) -> [UInt8] {
  let size = MemoryLayout<Stored>.size
  return unsafe Array(unsafeUninitializedCapacity: values.count * size) { target, initialized in
    for (index, value) in values.enumerated() {
      unsafe UnsafeMutableRawBufferPointer(target).storeBytes(
        of: convert(value), toByteOffset: index * size, as: Stored.self)
    }
    initialized = values.count * size
  }
}

/// The bfloat16 nearest to a number.
@inline(__always)
private func upperHalf(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
  return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}

/// A number cut to single precision, its last bit set if anything was lost.
///
/// Rounding that to fewer bits gives what rounding the number itself would give, where rounding twice need not.
@inline(__always)
private func oddRounded(_ value: Double) -> Float {
  let nearest = Float(value)
  guard nearest.isFinite, Double(nearest) != value else { return nearest }
  let cut = Double(nearest).magnitude > value.magnitude ? nearest.bitPattern - 1 : nearest.bitPattern
  return Float(bitPattern: cut | 1)
}
