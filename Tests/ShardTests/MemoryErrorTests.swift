import SluiceMedia
import SluiceShards
import TestSupport
import Testing

/// Where there is no memory for zstd's own, that is said.
@Suite(.disabled(if: isSanitized, "the sanitizers have memory of their own")) struct MemoryErrorTests {
  @Test func contextsThatDoNotFitAreSaid() async {
    await #expect(processExitsWith: .success) {
      exhaustMemory(inBlocksOf: 4096)
      exitExpecting("zstd: no memory for a compression context") { _ = try FrameEncoder(ShardSettings()) }
    }
    await #expect(processExitsWith: .success) {
      exhaustMemory(inBlocksOf: 4096)
      exitExpecting("zstd: no memory for a decompression context") { _ = try FrameDecoder() }
    }
  }
}
