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
/// Sizes are rounded up to one of eight steps per power of two. A request takes the smallest free block that is large
/// enough and wastes at most a quarter of itself.
package final class StorageCache: Sendable {
  /// The cache of the process: memory is one, as the heap is.
  package static let shared = StorageCache()

  fileprivate struct State {
    /// Free blocks by size; equal sizes last in, first out, as the last is still in the processor's caches.
    var free: [Int: [Block]] = [:]
    /// The sizes of `free`, ascending.
    var sizes: [Int] = []
    var statistics = MemoryStatistics()
  }

  private let state = Lock(State())

  package init() {}

  /// Counts at this moment.
  package var statistics: MemoryStatistics {
    state.withLock { $0.statistics }
  }

  /// Starts a new peak from what is live now.
  package func resetPeak() {
    state.withLock { $0.statistics.peakByteCount = $0.statistics.liveByteCount }
  }

  func take(_ byteCount: Int) -> Block {
    let size = StorageCache.rounded(byteCount)
    let reused: Block? = state.withLock { state in
      let found = state.takeFree(size)
      let taken = found?.byteCount ?? size
      state.statistics.liveByteCount += taken
      state.statistics.peakByteCount = max(state.statistics.peakByteCount, state.statistics.liveByteCount)
      if found == nil { state.statistics.systemAllocationCount += 1 }
      return found
    }
    if let reused = reused { return reused }
    return unsafe Block(bytes: StorageCache.allocate(size), byteCount: size)
  }

  func give(_ block: Block) {
    state.withLock { state in
      state.statistics.liveByteCount -= block.byteCount
      state.statistics.cachedByteCount += block.byteCount
      if state.free[block.byteCount] == nil {
        let place = state.sizes.firstIndex { $0 > block.byteCount } ?? state.sizes.endIndex
        state.sizes.insert(block.byteCount, at: place)
      }
      state.free[block.byteCount, default: []].append(block)
    }
  }

  /// Returns every free block to the system.
  package func trim() {
    let free = state.withLock { state in
      let free = state.free
      state.free = [:]
      state.sizes = []
      state.statistics.cachedByteCount = 0
      return free
    }
    for block in free.values.joined() { unsafe Glibc.free(block.bytes) }
  }

  private static func rounded(_ byteCount: Int) -> Int {
    let least = max(byteCount, 64)
    let step = max(64, (1 << (Int.bitWidth - 1 - least.leadingZeroBitCount)) >> 3)
    return (least + step - 1) / step * step
  }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    // From 4 MiB on, whole 2 MiB pages: far fewer page faults and address look-ups.
    let pages = size >= 4 << 20
    var bytes: UnsafeMutableRawPointer?
    let code = unsafe posix_memalign(&bytes, pages ? 2 << 20 : 64, size)
    guard code == 0, let bytes = unsafe bytes else {
      preconditionFailure("no memory for a tensor of \(size) bytes. Use a smaller batch or model")
    }
    if pages { unsafe madvise(bytes, size, MADV_HUGEPAGE) }
    return unsafe bytes
  }
}

extension StorageCache.State {
  mutating func takeFree(_ size: Int) -> Block? {
    guard let place = sizes.firstIndex(where: { $0 >= size }) else { return nil }
    let found = sizes[place]
    guard found - size <= found / 4, let block = free[found]?.popLast() else { return nil }
    if free[found]?.isEmpty ?? true {
      free[found] = nil
      sizes.remove(at: place)
    }
    statistics.cachedByteCount -= found
    return block
  }
}
