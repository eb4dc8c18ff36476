/// A block of memory that one or several tensors look at, or a part of one; the block is returned to the cache when the last
/// one goes.
@safe package final class Storage: @unchecked Sendable {
  // Safe to share: bytes are written before the tensor that owns them is handed out, and afterwards only by the owner of
  // a parameter between two steps (see `Parameter.update`). Parts that are written at the same time do not overlap.
  package let bytes: UnsafeMutableRawPointer
  /// Usable bytes, at least what was asked.
  package let byteCount: Int
  private let cache: StorageCache
  private let isPersistent: Bool
  /// The block that this is a part of, if it is none of its own.
  private let block: Storage?
  /// What was made of the bytes for products with them, if they are a weight's.
  let packed = PackedCopy()

  /// Takes a block of at least `byteCount` bytes, aligned to 64, with undefined content.
  /// - Parameter isPersistent: whether it will stay as long as training does.
  package init(byteCount: Int, isPersistent: Bool = false, cache: StorageCache = .current) {
    self.isPersistent = isPersistent
    let taken = cache.take(byteCount, isPersistent: isPersistent)
    unsafe self.bytes = taken.bytes
    self.byteCount = taken.byteCount
    self.cache = cache
    block = nil
  }

  /// The `byteCount` bytes of `other` from `offset` on, of the same memory.
  /// - Precondition: they lie in the block that `other` is a part of.
  init(_ offset: Int, _ byteCount: Int, of other: Storage) {
    let block = other.block ?? other
    unsafe bytes = other.bytes + offset
    self.byteCount = byteCount
    precondition(
      unsafe bytes >= block.bytes && byteCount >= 0 && bytes + byteCount <= block.bytes + block.byteCount,
      "\(byteCount) bytes from \(offset) on lie outside of a block of \(block.byteCount)")
    (cache, isPersistent) = (block.cache, block.isPersistent)
    self.block = block
  }

  deinit {
    guard block == nil else { return }
    cache.give(unsafe Block(bytes: bytes, byteCount: byteCount), isPersistent: isPersistent)
  }

  /// Whether this one begins `offset` bytes behind the beginning of `other`, in the same block.
  func isBehind(_ other: Storage, by offset: Int) -> Bool {
    unsafe (block ?? self) === (other.block ?? other) && bytes == other.bytes + offset
  }
}

/// A free or used block of the cache.
@safe struct Block: @unchecked Sendable {
  // Safe to send: whoever holds the block is the only one to know its address.
  var bytes: UnsafeMutableRawPointer
  var byteCount: Int
}
