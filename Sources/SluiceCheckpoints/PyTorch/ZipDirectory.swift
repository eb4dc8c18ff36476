/// Where a ZIP archive's central directory is, and how many entries it has.
struct ZipDirectory {
  let bytes: Range<Int>
  let count: Int

  init(_ file: MappedFile) throws(CheckpointError) {
    guard let end = Self.endRecord(file) else {
      throw CheckpointError(
        .malformed, file: file.path, position: file.count,
        "begins as a ZIP archive but has no directory at its end: it was cut off")
    }
    var reader = ByteReader(file, end..<file.count)
    try reader.advance(4)
    let disk = try reader.integer(UInt16.self)
    let directoryDisk = try reader.integer(UInt16.self)
    let countHere = try reader.integer(UInt16.self)
    var count = UInt64(try reader.integer(UInt16.self))
    var size = UInt64(try reader.integer(UInt32.self))
    var offset = UInt64(try reader.integer(UInt32.self))
    guard disk == 0 || disk == 0xFFFF, directoryDisk == disk, UInt64(countHere) == count else {
      throw reader.malformed("the archive is split over several files", at: end)
    }
    var limit = end
    if file.holds([0x50, 0x4B, 6, 7], at: end - 20) {
      limit = try Self.largeRecord(file, locator: end - 20, count: &count, size: &size, offset: &offset)
    }
    guard offset <= UInt64(limit), size <= UInt64(limit) - offset else {
      throw reader.malformed("the archive's directory would be at byte \(offset), \(size) bytes long: outside", at: end)
    }
    // 46 bytes is the shortest entry: a count that cannot be true is refused before anything is made for it.
    guard count <= size / 46 else {
      throw reader.malformed("the archive's directory has \(size) bytes, too few for \(count) records", at: end)
    }
    bytes = Int(offset)..<Int(offset + size)
    self.count = Int(count)
  }

  /// Where the record that ends an archive begins; its comment must reach exactly to the end of the file.
  private static func endRecord(_ file: MappedFile) -> Int? {
    var position = file.count - 22
    while position >= max(0, file.count - 65557) {
      if file.holds([0x50, 0x4B, 5, 6], at: position),
        Int(file.value(at: position + 20, as: UInt16.self)) == file.count - position - 22
      {
        return position
      }
      position -= 1
    }
    return nil
  }

  /// Reads the 64-bit record that a locator points to; returns where it begins.
  private static func largeRecord(
    _ file: MappedFile, locator: Int, count: inout UInt64, size: inout UInt64, offset: inout UInt64
  ) throws(CheckpointError) -> Int {
    var reader = ByteReader(file, locator..<locator + 20)
    try reader.advance(8)
    let place = try reader.integer(UInt64.self)
    guard place <= UInt64(locator), locator - Int(place) >= 56, file.holds([0x50, 0x4B, 6, 6], at: Int(place)) else {
      throw reader.malformed("points to no 64-bit directory record", at: locator)
    }
    var record = ByteReader(file, Int(place)..<locator)
    try record.advance(32)
    count = try record.integer(UInt64.self)
    size = try record.integer(UInt64.self)
    offset = try record.integer(UInt64.self)
    return Int(place)
  }
}
