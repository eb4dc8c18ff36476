// From the bytes of a file to numbers. Files are little-endian, as are all machines this builds for.

func decodeFloats(_ bytes: RawSpan, _ type: StoredType) -> [Float] {
  switch type {
  case .float64: decode(bytes, Double.self) { Float($0) }
  case .float32: decode(bytes, Float.self) { $0 }
  case .float16: decode(bytes, UInt16.self) { floatFromHalf($0) }
  case .bfloat16: decode(bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
  case .int64: decode(bytes, Int64.self) { Float($0) }
  case .int32: decode(bytes, Int32.self) { Float($0) }
  case .int16: decode(bytes, Int16.self) { Float($0) }
  case .int8: decode(bytes, Int8.self) { Float($0) }
  case .uint64: decode(bytes, UInt64.self) { Float($0) }
  case .uint32: decode(bytes, UInt32.self) { Float($0) }
  case .uint16: decode(bytes, UInt16.self) { Float($0) }
  case .uint8, .bool: decode(bytes, UInt8.self) { Float($0) }
  }
}

func decodeDoubles(_ bytes: RawSpan, _ type: StoredType) -> [Double] {
  switch type {
  case .float64: decode(bytes, Double.self) { $0 }
  case .float32: decode(bytes, Float.self) { Double($0) }
  case .float16: decode(bytes, UInt16.self) { Double(floatFromHalf($0)) }
  case .bfloat16: decode(bytes, UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
  case .int64: decode(bytes, Int64.self) { Double($0) }
  case .int32: decode(bytes, Int32.self) { Double($0) }
  case .int16: decode(bytes, Int16.self) { Double($0) }
  case .int8: decode(bytes, Int8.self) { Double($0) }
  case .uint64: decode(bytes, UInt64.self) { Double($0) }
  case .uint32: decode(bytes, UInt32.self) { Double($0) }
  case .uint16: decode(bytes, UInt16.self) { Double($0) }
  case .uint8, .bool: decode(bytes, UInt8.self) { Double($0) }
  }
}

/// The elements as `Int`; `nil` for floating-point types and for values that do not fit.
func decodeIntegers(_ bytes: RawSpan, _ type: StoredType) -> [Int]? {
  switch type {
  case .float64, .float32, .float16, .bfloat16: return nil
  case .int64: return decode(bytes, Int64.self) { Int($0) }
  case .int32: return decode(bytes, Int32.self) { Int($0) }
  case .int16: return decode(bytes, Int16.self) { Int($0) }
  case .int8: return decode(bytes, Int8.self) { Int($0) }
  case .uint64:
    let values = decode(bytes, UInt64.self) { Int(bitPattern: UInt($0)) }
    return values.contains { $0 < 0 } ? nil : values
  case .uint32: return decode(bytes, UInt32.self) { Int($0) }
  case .uint16: return decode(bytes, UInt16.self) { Int($0) }
  case .uint8, .bool: return decode(bytes, UInt8.self) { Int($0) }
  }
}

@inline(__always)
private func decode<Stored: BitwiseCopyable, Value>(
  _ bytes: RawSpan, _: Stored.Type, _ convert: (Stored) -> Value
) -> [Value] {
  let count = bytes.byteCount / MemoryLayout<Stored>.size
  return unsafe bytes.withUnsafeBytes { source in
    unsafe Array(unsafeUninitializedCapacity: count) { target, initialized in
      for index in 0..<count {
        let stored = unsafe source.loadUnaligned(
          fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
        unsafe target.initializeElement(at: index, to: convert(stored))
      }
      initialized = count
    }
  }
}

/// The value of an IEEE half, NaN payloads kept.
///
/// In integers, because without F16C a conversion of `Float16` is a library call.
@inline(__always)
func floatFromHalf(_ half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let exponent = UInt32(half >> 10) & 0x1F
  let fraction = UInt32(half & 0x3FF)
  if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13) }
  // Zero and denormals: fraction · 2⁻²⁴, exact in single precision.
  if exponent == 0 { return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern) }
  return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
}
