internal import SluiceKernels
internal import SluicePlatform

/// Little-endian bytes in the making.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ more: some Sequence<UInt8>) {
    bytes.append(contentsOf: more)
  }

  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    bytes.append(littleEndian: number)
  }

  mutating func append(_ number: Double) {
    append(number.bitPattern)
  }

  /// Appends the CRC-32 of everything so far.
  mutating func seal() {
    append(crc32(bytes))
  }
}

/// Little-endian bytes being read; every read is checked against the end.
struct ByteReader {
  let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var remaining: Int { bytes.endIndex - position }

  mutating func take(_ count: Int) throws(ShardError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw ShardError(.damaged, "\(count) bytes wanted where \(remaining) are left")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(ShardError) -> Number {
    var value: Number = 0
    for byte in try take(Number.bitWidth / 8).reversed() { value = value << 8 | Number(truncatingIfNeeded: byte) }
    return value
  }

  mutating func double() throws(ShardError) -> Double {
    Double(bitPattern: try number(UInt64.self))
  }

  /// Checks that `magic` comes next.
  mutating func expect(_ magic: String, _ what: String) throws(ShardError) {
    let found = try take(magic.utf8.count)
    guard found.elementsEqual(magic.utf8) else {
      throw ShardError(.damaged, "\(what) begins with \(Array(found)) instead of \"\(magic)\"")
    }
  }
}

/// CRC-32 as zlib's `crc32`.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  let result = bytes.withContiguousStorageIfAvailable { buffer in
    buffer.isEmpty ? 0 : unsafe sluice_crc32(0, buffer.baseAddress, buffer.count)
  }
  return result ?? crc32(Array(bytes))
}
