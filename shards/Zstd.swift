internal import CZstd

/// A compression context that writes one zstd frame at a time into memory of the caller's.
@safe final class ZstdCompressor {
  private let context: OpaquePointer
  private var output = unsafe ZSTD_outBuffer()

  private init() throws(ShardError) {
    guard let context = unsafe ZSTD_createCCtx() else {
      throw ShardError(.system, "zstd: no memory for a compression context")
    }
    unsafe self.context = unsafe context
    try set(ZSTD_c_checksumFlag, 1)
  }

  // ZSTD_c_experimentalParam5 is zstd.h's ZSTD_c_literalCompressionMode.

  /// Searches for repetition at one of zstd's levels.
  convenience init(level: Int) throws(ShardError) {
    try self.init()
    try set(ZSTD_c_compressionLevel, level)
    try set(ZSTD_c_experimentalParam5, Int(ZSTD_ps_enable.rawValue))
  }

  /// Codes literals and looks for next to no repetition: the search steps over whole blocks.
  convenience init(codingOnly: Void) throws(ShardError) {
    try self.init()
    try set(ZSTD_c_compressionLevel, 1)
    try set(ZSTD_c_strategy, Int(ZSTD_fast.rawValue))
    try set(ZSTD_c_targetLength, 1 << 17)
    try set(ZSTD_c_minMatch, 7)
    try set(ZSTD_c_hashLog, 6)
    try set(ZSTD_c_windowLog, 17)
    try set(ZSTD_c_experimentalParam5, Int(ZSTD_ps_enable.rawValue))
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int) throws(ShardError) {
    _ = try checkZstd(unsafe ZSTD_CCtx_setParameter(context, parameter, Int32(value)), "setting \(parameter.rawValue)")
  }

  func begin(contentSize: Int, into memory: UnsafeMutablePointer<UInt8>, capacity: Int) throws(ShardError) {
    _ = try checkZstd(unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_only), "reset")
    _ = try checkZstd(unsafe ZSTD_CCtx_setPledgedSrcSize(context, UInt64(contentSize)), "content size")
    unsafe output = ZSTD_outBuffer(dst: memory, size: capacity, pos: 0)
  }

  /// Adds a piece; returns what has been written of the frame so far.
  @discardableResult
  func add(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ mode: ZSTD_EndDirective
  ) throws(ShardError) -> Int {
    var input = unsafe ZSTD_inBuffer(src: bytes, size: count, pos: 0)
    let left = try checkZstd(unsafe ZSTD_compressStream2(context, &output, &input, mode), "compressing")
    // The buffer holds the worst case, so that one call does it.
    precondition(unsafe (left == 0 || mode == ZSTD_e_continue) && input.pos == count, "\(left) bytes did not fit")
    return unsafe output.pos
  }
}

/// A decompression context for whole zstd frames.
@safe final class ZstdDecompressor {
  private let context: OpaquePointer

  init() throws(ShardError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw ShardError(.system, "zstd: no memory for a decompression context")
    }
    unsafe self.context = unsafe context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses one frame and checks its checksum.
  /// - Returns: its size.
  func decompress(
    _ bytes: UnsafeBufferPointer<UInt8>, into memory: UnsafeMutablePointer<UInt8>, capacity: Int
  ) throws(ShardError) -> Int {
    try checkZstd(
      unsafe ZSTD_decompressDCtx(context, memory, capacity, bytes.baseAddress, bytes.count), "decompressing")
  }
}

/// The content size a zstd frame announces, or `nil` if it is none or does not say.
func zstdContentSize(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  let size = unsafe ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
  return size <= UInt64(Int.max) ? Int(size) : nil
}

/// Bytes of the zstd frame or skippable frame at the beginning of `bytes`, or `nil` if there is no whole one.
func zstdFrameSize(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  let size = unsafe ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count)
  return ZSTD_isError(size) == 0 ? size : nil
}

private func checkZstd(_ result: Int, _ what: String) throws(ShardError) -> Int {
  guard ZSTD_isError(result) == 0 else {
    let name = unsafe String(cString: ZSTD_getErrorName(result))
    let code = ZSTD_getErrorCode(result)
    throw ShardError(code == ZSTD_error_memory_allocation ? .system : .damaged, "zstd, \(what): \(name)")
  }
  return result
}
