import Foundation
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

@Suite struct ArenaTests {
  @Test func piecesNeverOverlapAndJoinAgain() {
    var arena = Arena()
    arena.give(.init(start: 1 << 20, size: 1 << 20))
    arena.give(.init(start: 1 << 30, size: 1 << 21))
    let whole = arena.free
    var draws = KeyedRandom(seed: 3, epoch: 0, sample: 0, stage: "arena")
    var taken: [Arena.Piece] = []
    for _ in 0..<4000 {
      if draws.uniform(0, 1) < 0.55 {
        let size = 64 * draws.integer(in: 1...4000)
        guard let piece = arena.take(size) else {
          #expect(arena.free.allSatisfy { $0.size < size })
          continue
        }
        #expect(piece.size >= size && piece.size < size + 4096)
        #expect(taken.allSatisfy { piece.end <= $0.start || $0.end <= piece.start })
        taken.append(piece)
      } else if !taken.isEmpty {
        arena.give(taken.remove(at: draws.integer(in: 0...taken.count - 1)))
      }
      #expect(arena.freeByteCount + taken.reduce(0) { $0 + $1.size } == 3 << 20)
    }
    for piece in taken { arena.give(piece) }
    #expect(arena.free == whole)
    #expect(arena.takeLast(endingAt: 3 << 20) == nil)
    #expect(arena.takeLast(endingAt: 2 << 20) == whole[0])
    #expect(arena.free == [whole[1]])
  }

  @Test func theSmallestPieceThatIsLargeEnoughIsTaken() {
    var arena = Arena()
    for (place, size) in [40_000, 10_000, 20_000].enumerated() {
      arena.give(.init(start: UInt(place + 1) << 20, size: size))
    }
    #expect(arena.take(9000) == .init(start: 2 << 20, size: 10_000))
    #expect(arena.take(9000) == .init(start: 3 << 20, size: 9000))
    #expect(arena.take(50_000) == nil)
    arena.end = (1 << 20) + 40_000
    arena.give(.init(start: 4 << 20, size: 60_000))
    #expect(arena.take(30_000) == .init(start: 4 << 20, size: 30_000))
  }

  @Test func whatLastsLiesApartFromWhatComesAndGoes() {
    let cache = StorageCache()
    func address(isPersistent: Bool) -> UInt {
      UInt(bitPattern: Storage(byteCount: 1 << 20, isPersistent: isPersistent, cache: cache).bytes)
    }
    let (lasting, passing) = (address(isPersistent: true), address(isPersistent: false))
    #expect(lasting != passing)
    #expect(address(isPersistent: true) == lasting && address(isPersistent: false) == passing)
    #expect(cache.statistics.liveByteCount == 0 && cache.statistics.systemAllocationCount == 2)
    cache.trim()
    #expect(cache.statistics.cachedByteCount == 0)
  }

  @Test(.disabled(if: isSanitized, "a sanitizer keeps what was freed; it reports leaks itself"))
  func aCacheThatGoesGivesItsMemoryBack() throws {
    func addressSpace() throws -> Int {
      let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
      return try #require(Int(pages)) * 4096
    }
    let before = try addressSpace()
    for _ in 0..<500 {
      let cache = StorageCache()
      for byteCount in [100, 1 << 20] { #expect(Storage(byteCount: byteCount, cache: cache).byteCount >= byteCount) }
    }
    // Each reserves addresses for as much as the machine has; other tests do so meanwhile, but not five hundred times.
    #expect(try addressSpace() - before < 400 * Int(ProcessInfo.processInfo.physicalMemory))
  }
}
