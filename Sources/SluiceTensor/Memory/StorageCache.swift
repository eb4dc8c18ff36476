internal import Glibc
internal import SluicePlatform

/// What tensors' memory costs at a moment.
public struct MemoryStatistics: Sendable, Hashable {
  /// Blocks obtained from the system since the start; a steady-state training step adds none.
  public var systemAllocationCount: Int = 0
  /// Bytes that tensors hold now.
  public var liveByteCount: Int = 0
  /// The largest `liveByteCount` since the start or the last ``Tensor/resetPeakMemory()``.
  public var peakByteCount: Int = 0
  /// Bytes kept for the next tensors.
  public var cachedByteCount: Int = 0
}

/// Keeps the memory of tensors that are gone for those to come, so that a training step allocates nothing.
///
/// Large blocks are cut from an ``Arena``. Small ones have sizes of eight steps per power of two, and are kept by size.
package final class StorageCache: Sendable {
  /// The cache of the process: memory is one, as the heap is.
  package static let shared = StorageCache()

  /// The cache of the running task: ``shared``, but for tests that count what one task takes.
  @TaskLocal package static var current = StorageCache.shared

  fileprivate struct State {
    /// Small free blocks by size; last in, first out, as the last is still in the processor's caches.
    var small: [Int: [Block]] = [:]
    var arena = Arena()
    /// For what stays as long as training does: among what comes and goes it would leave gaps.
    var lasting = Arena()
    var statistics = MemoryStatistics()
  }

  /// From this size on blocks are cut from the arena.
  fileprivate static let large = 1 << 16
  /// What the system is asked for at least, for the arena.
  fileprivate static let segment = 64 << 20

  private let state = Lock(State())

  package init() {}

  // Storage holds its cache, so every block is back by now.
  deinit { trim() }

  /// Counts at this moment.
  package var statistics: MemoryStatistics {
    state.withLock { $0.statistics }
  }

  /// Starts a new peak from what is live now.
  package func resetPeak() {
    state.withLock { $0.statistics.peakByteCount = $0.statistics.liveByteCount }
  }

  func take(_ byteCount: Int, isLasting: Bool = false) -> Block {
    state.withLock { state in
      let block =
        byteCount < StorageCache.large
        ? state.takeSmall(byteCount)
        : isLasting
          ? state.takeLarge(byteCount, \.lasting) : state.takeLarge(byteCount, \.arena)
      state.statistics.liveByteCount += block.byteCount
      state.statistics.peakByteCount = max(state.statistics.peakByteCount, state.statistics.liveByteCount)
      return block
    }
  }

  func give(_ block: Block, isLasting: Bool = false) {
    state.withLock { state in
      state.statistics.liveByteCount -= block.byteCount
      state.statistics.cachedByteCount += block.byteCount
      if block.byteCount < StorageCache.large {
        state.small[block.byteCount, default: []].append(block)
      } else {
        let piece = unsafe Arena.Piece(start: UInt(bitPattern: block.bytes), size: block.byteCount)
        if isLasting { state.lasting.give(piece) } else { state.arena.give(piece) }
      }
    }
  }

  /// Returns free memory to the system, as far as whole segments are free.
  package func trim() {
    state.withLock { state in
      for block in state.small.values.joined() {
        unsafe free(block.bytes)
        state.statistics.cachedByteCount -= block.byteCount
      }
      state.small = [:]
      for segment in state.arena.removeFreeSegments() + state.lasting.removeFreeSegments() {
        unsafe free(UnsafeMutableRawPointer(bitPattern: segment.start))
        state.statistics.cachedByteCount -= segment.size
      }
    }
  }
}

extension StorageCache.State {
  fileprivate mutating func takeSmall(_ byteCount: Int) -> Block {
    let least = max(byteCount, 64)
    let step = max(64, (1 << (Int.bitWidth - 1 - least.leadingZeroBitCount)) >> 3)
    let size = min((least + step - 1) / step * step, StorageCache.large - 64)
    if let block = small[size]?.popLast() {
      statistics.cachedByteCount -= size
      return block
    }
    statistics.systemAllocationCount += 1
    return unsafe Block(bytes: memory(size, alignment: 64), byteCount: size)
  }

  fileprivate mutating func takeLarge(
    _ byteCount: Int, _ arena: WritableKeyPath<StorageCache.State, Arena>
  ) -> Block {
    let size = (byteCount + 63) / 64 * 64
    let piece = self[keyPath: arena].take(size) ?? grow(arena, for: size)
    statistics.cachedByteCount -= piece.size
    // A piece lies in memory that the system gave.
    return unsafe Block(bytes: UnsafeMutableRawPointer(bitPattern: piece.start)!, byteCount: piece.size)
  }

  private mutating func grow(_ arena: WritableKeyPath<StorageCache.State, Arena>, for size: Int) -> Arena.Piece {
    let page = 2 << 20
    let whole = max(StorageCache.segment, (size + page - 1) / page * page)
    let bytes = unsafe memory(whole, alignment: page)
    // Whole 2 MiB pages: far fewer page faults and address look-ups.
    unsafe madvise(bytes, whole, MADV_HUGEPAGE)
    self[keyPath: arena].add(Arena.Piece(start: UInt(bitPattern: bytes), size: whole))
    statistics.systemAllocationCount += 1
    statistics.cachedByteCount += whole
    // The new segment is large enough.
    return self[keyPath: arena].take(size)!
  }

  private func memory(_ size: Int, alignment: Int) -> UnsafeMutableRawPointer {
    var bytes: UnsafeMutableRawPointer?
    let code = unsafe posix_memalign(&bytes, alignment, size)
    guard code == 0, let bytes = unsafe bytes else {
      preconditionFailure("no memory for tensors: \(size) bytes asked. Use a smaller batch or model")
    }
    return unsafe bytes
  }
}
