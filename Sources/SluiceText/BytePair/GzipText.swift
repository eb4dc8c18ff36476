internal import CZlib

/// Text packed by gzip.
enum GzipText {
  enum Failure: Error {
    /// It ends before its end.
    case cutOff
    case damaged
    case tooLarge
  }

  private static let chunkSize = 1 << 16
  /// What `inflateInit2` wants to hear for gzip's own header, with the largest window.
  private static let gzipWindow: Int32 = 16 + 15

  static func isPacked(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// What is packed in `bytes`, all parts of it, with their checksums compared.
  /// - Parameters:
  ///   - bytes: not empty.
  ///   - limit: the most bytes that are unpacked, so that a small file cannot fill the memory.
  static func unpacked(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = unsafe z_stream()
    let opened = unsafe inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(opened == Z_OK, "zlib: no memory to unpack (\(opened))")
    defer { unsafe inflateEnd(&stream) }
    return try unsafe bytes.withUnsafeBufferPointer { (source) throws(Failure) -> [UInt8] in
      // zlib only reads there.
      unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      unsafe stream.avail_in = UInt32(clamping: source.count)
      var text: [UInt8] = []
      while true {
        var code = Z_OK
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
          unsafe stream.next_out = buffer.baseAddress
          unsafe stream.avail_out = UInt32(chunkSize)
          code = unsafe inflate(&stream, Z_NO_FLUSH)
          count = unsafe chunkSize - Int(stream.avail_out)
        }
        text += chunk
        guard text.count <= limit else { throw .tooLarge }
        switch code {
        case Z_OK: continue
        case Z_STREAM_END where unsafe stream.avail_in == 0: return text
        // Another part follows.
        case Z_STREAM_END: unsafe inflateReset(&stream)
        case Z_BUF_ERROR: throw .cutOff
        case Z_MEM_ERROR: preconditionFailure("zlib: no memory to unpack")
        default: throw .damaged
        }
      }
    }
  }
}
