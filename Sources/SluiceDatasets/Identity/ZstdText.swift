internal import CZstd

/// Text packed as one zstd frame with a checksum.
enum ZstdText {
  /// More is no manifest that a machine could have made.
  private static let sizeLimit: Int = 1 << 34

  /// `nil` if there is no memory.
  static func compressed(_ text: [UInt8]) -> [UInt8]? {
    guard let context = unsafe ZSTD_createCCtx() else { return nil }
    defer { unsafe ZSTD_freeCCtx(context) }
    guard unsafe ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) == 0 else { return nil }
    var isFailed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(text.count)) { buffer, count in
      let size = unsafe text.withUnsafeBytes { source in
        unsafe ZSTD_compress2(context, buffer.baseAddress, buffer.count, source.baseAddress, source.count)
      }
      isFailed = ZSTD_isError(size) != 0
      count = isFailed ? 0 : size
    }
    return isFailed ? nil : bytes
  }

  /// `nil` if the bytes are no whole frame.
  static func text(_ bytes: [UInt8]) -> [UInt8]? {
    let size = unsafe bytes.withUnsafeBytes { unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
    guard size <= UInt64(sizeLimit) else { return nil }
    var isFailed = false
    let text = unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      let result = unsafe bytes.withUnsafeBytes { source in
        unsafe ZSTD_decompress(buffer.baseAddress, buffer.count, source.baseAddress, source.count)
      }
      isFailed = ZSTD_isError(result) != 0 || result != Int(size)
      count = isFailed ? 0 : result
    }
    return isFailed ? nil : text
  }
}
