/// A block of memory that one or several tensors look at; returned to the cache when the last one goes.
@safe package final class Storage: @unchecked Sendable {
  // Safe to share: bytes are written before the tensor that owns them is handed out, and afterwards only by the owner of
  // a parameter between two steps (see `Parameter.update`).
  package let bytes: UnsafeMutableRawPointer
  /// Usable bytes, at least what was asked.
  package let byteCount: Int
  private let cache: StorageCache
  private let isPersistent: Bool
  /// What was made of the bytes for products with them, if they are a weight's.
  let packed = PackedCopy()

  /// Takes a block of at least `byteCount` bytes, aligned to 64, with undefined content.
  /// - Parameter isPersistent: whether it stays as long as training does.
  package init(byteCount: Int, isPersistent: Bool = false, cache: StorageCache = .current) {
    self.isPersistent = isPersistent
    let block = cache.take(byteCount, isPersistent: isPersistent)
    unsafe self.bytes = block.bytes
    self.byteCount = block.byteCount
    self.cache = cache
  }

  deinit {
    cache.give(unsafe Block(bytes: bytes, byteCount: byteCount), isPersistent: isPersistent)
  }
}

/// A free or used block of the cache.
@safe struct Block: @unchecked Sendable {
  // Safe to send: whoever holds the block is the only one to know its address.
  var bytes: UnsafeMutableRawPointer
  var byteCount: Int
}
