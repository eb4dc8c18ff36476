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
    var transient = Heap()
    /// For what stays as long as training does: among what comes and goes it would leave gaps.
    var persistent = Heap()
    var statistics = MemoryStatistics()
  }

  /// From this size on blocks are cut from the arena.
  fileprivate static let large = 1 << 16
  /// What the system is asked for at least, for an arena.
  fileprivate static let extent = 64 << 20

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

  func take(_ byteCount: Int, isPersistent: Bool = false) -> Block {
    state.withLock { state in
      let block =
        byteCount < StorageCache.large
        ? state.takeSmall(byteCount)
        : isPersistent
          ? state.takeLarge(byteCount, \.persistent) : state.takeLarge(byteCount, \.transient)
      state.statistics.liveByteCount += block.byteCount
      state.statistics.peakByteCount = max(state.statistics.peakByteCount, state.statistics.liveByteCount)
      return block
    }
  }

  func give(_ block: Block, isPersistent: Bool = false) {
    state.withLock { state in
      state.statistics.liveByteCount -= block.byteCount
      state.statistics.cachedByteCount += block.byteCount
      if block.byteCount < StorageCache.large {
        state.small[block.byteCount, default: []].append(block)
      } else {
        let piece = unsafe Arena.Piece(start: UInt(bitPattern: block.bytes), size: block.byteCount)
        if isPersistent { state.persistent.arena.give(piece) } else { state.transient.arena.give(piece) }
      }
    }
  }

  /// Returns free memory to the system: small blocks, and what is behind the last piece in use.
  package func trim() {
    state.withLock { state in
      for block in state.small.values.joined() {
        unsafe free(block.bytes)
        state.statistics.cachedByteCount -= block.byteCount
      }
      state.small = [:]
      state.statistics.cachedByteCount -= state.transient.trim() + state.persistent.trim()
    }
  }
}

/// An arena and the addresses that it grows in.
private struct Heap {
  var arena = Arena()
  private var spaces: [AddressSpace] = []

  /// Adds `size` bytes of memory, whole pages, beside what is there if addresses are left; false if there is none.
  mutating func grow(by size: Int) -> Bool {
    if let last = spaces.indices.last, let piece = spaces[last].extend(by: size) {
      add(piece)
      return true
    }
    guard var space = AddressSpace(least: size) else { return false }
    guard let piece = space.extend(by: size) else {
      space.release()
      return false
    }
    spaces.append(space)
    add(piece)
    return true
  }

  private mutating func add(_ piece: Arena.Piece) {
    arena.end = piece.end
    arena.give(piece)
  }

  /// Gives memory behind the last piece in use back, and how much that was.
  mutating func trim() -> Int {
    var sum = 0
    for index in spaces.indices.reversed() {
      guard let piece = arena.takeLast(endingAt: spaces[index].end) else { continue }
      let count = spaces[index].shrink(by: piece.size)
      sum += count
      if count < piece.size { arena.give(Arena.Piece(start: piece.start, size: piece.size - count)) }
      if spaces[index].usedByteCount == 0 { spaces.remove(at: index).release() }
    }
    arena.end = spaces.last?.end ?? 0
    return sum
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

  fileprivate mutating func takeLarge(_ byteCount: Int, _ heap: WritableKeyPath<StorageCache.State, Heap>) -> Block {
    let size = (byteCount + 63) / 64 * 64
    var piece = self[keyPath: heap].arena.take(size)
    if piece == nil {
      let extent = max(StorageCache.extent, AddressSpace.whole(size))
      // What the system has not would be missed only when it is written to, and then the system ends the process.
      guard extent <= MachineMemory.current.available else { outOfMemory(size) }
      guard self[keyPath: heap].grow(by: extent) else { outOfMemory(size) }
      statistics.systemAllocationCount += 1
      statistics.cachedByteCount += extent
      piece = self[keyPath: heap].arena.take(size)
    }
    guard let piece else { preconditionFailure("an arena that grew by \(size) bytes has no room for them") }
    statistics.cachedByteCount -= piece.size
    // A piece is in memory that the system gave.
    return unsafe Block(bytes: UnsafeMutableRawPointer(bitPattern: piece.start)!, byteCount: piece.size)
  }

  private func memory(_ size: Int, alignment: Int) -> UnsafeMutableRawPointer {
    var bytes: UnsafeMutableRawPointer?
    let code = unsafe posix_memalign(&bytes, alignment, size)
    guard code == 0, let bytes = unsafe bytes else { outOfMemory(size) }
    return unsafe bytes
  }

  /// No operation can go on without its result, and none can fail: the process ends with a sentence, before the system ends
  /// it without one.
  private func outOfMemory(_ size: Int) -> Never {
    Console.note(
      "sluice: tensors have \(statistics.liveByteCount.byteText) and want \(size.byteText) more; "
        + "\(MachineMemory.current.available.byteText) are free. Use a smaller batch, a smaller model, or compute blocks again "
        + "instead of keeping what they need (forward.recompute=true).")
    _exit(1)
  }
}
