import CZstd
import Foundation
import SluiceKernels
import SluiceMedia
import SluiceShards

/// A set of one shard whose bytes are changed where the format says a field is, with every checksum above them made to
/// fit again: what a faulty writer, not a faulty disk, would leave.
final class ForgedSet {
  let folder: Scratchpad
  var shard: [UInt8]
  var index: [UInt8]

  /// Two clips of two small frames each.
  init() throws {
    folder = Scratchpad()
    try writeSet(folder("set"), (0..<2).map { Pictures.clip(2, width: 16, height: 8, seed: UInt64($0)) })
    shard = try [UInt8](Data(contentsOf: URL(filePath: folder("set/shard-00000.zst"))))
    index = try [UInt8](Data(contentsOf: URL(filePath: folder("set/index.sluice"))))
  }

  var path: String { folder("set") }

  /// Puts the changed bytes on the disk.
  func store() throws {
    try write(Data(shard), folder("set/shard-00000.zst"))
    try write(Data(index), folder("set/index.sluice"))
  }

  // MARK: Where things are

  /// The footer, the whole skippable frame.
  var footer: Int { shard.count - Int(Self.number(shard, shard.count - 16, 4)) }

  /// The entry of the first clip's record in the footer.
  var footerEntry: Int { footer + 40 }

  /// The chunk table of the footer.
  var chunkTable: Int { footer + 40 + 16 * Int(Self.number(shard, footer + 20, 4)) }

  /// The record of the first clip, the whole skippable frame.
  var record: Int { Int(Self.number(shard, footerEntry, 8)) }

  /// The first clip's entry in the index.
  var clipEntry: Int { Int(Self.number(index, 40, 8)) }

  // MARK: Checksums

  /// Seals the skippable frame at `start` of the shard, and its size.
  func sealFrame(at start: Int) {
    let size = 8 + Int(Self.number(shard, start + 4, 4))
    Self.put(UInt64(Self.crc(shard[start..<start + size - 4])), 4, &shard, start + size - 4)
  }

  /// Seals what of the index goes by the clip's entry, the tables and the header.
  func sealIndex() {
    Self.put(UInt64(Self.crc(index[clipEntry..<clipEntry + 76])), 4, &index, clipEntry + 76)
    let shards = 96 + 40 * Int(Self.number(index, 12, 4))
    Self.put(UInt64(Self.crc(index[96..<shards])), 4, &index, shards)
    Self.put(UInt64(Self.crc(index[0..<92])), 4, &index, 92)
  }

  static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
  }

  static func put(_ value: UInt64, _ count: Int, _ bytes: inout [UInt8], _ place: Int) {
    for offset in 0..<count { bytes[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset))) }
  }

  static func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let bytes = Array(bytes)
    return sluice_crc32(0, bytes, bytes.count)
  }

  /// A chunk with this content.
  static func compressed(_ content: [UInt8]) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    var bytes = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let size = ZSTD_compress2(context, &bytes, bytes.count, content, content.count)
    return Array(bytes.prefix(size))
  }
}
