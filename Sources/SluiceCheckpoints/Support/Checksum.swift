internal import CZlib

/// The CRC-32 of ZIP and PNG, over bytes that may come in pieces.
package struct Checksum {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func add(_ bytes: RawSpan) {
    value = unsafe bytes.withUnsafeBytes { buffer in
      unsafe UInt32(crc32_z(UInt(value), buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count))
    }
  }

  static func of(_ bytes: RawSpan) -> UInt32 {
    // zlib takes a null pointer for "begin", which is the checksum of nothing.
    var checksum = Checksum()
    if bytes.byteCount > 0 { checksum.add(bytes) }
    return checksum.value
  }
}

/// The CRC-32 of a file.
/// - Throws: ``CheckpointError`` if it cannot be read.
package func checksum(ofFile path: String) throws(CheckpointError) -> UInt32 {
  try MappedFile(path: path).withBytes { Checksum.of($0) }
}
