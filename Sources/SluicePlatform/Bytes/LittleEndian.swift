extension [UInt8] {
  /// Appends a number's lowest bytes, the lowest first; all that its type has unless told otherwise.
  package mutating func append<Number: FixedWidthInteger>(
    littleEndian number: Number, count: Int = Number.bitWidth / 8
  ) {
    for shift in stride(from: 0, to: 8 * count, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
