/// The records of a ZIP archive of stored files, as `torch.save` and `torch.jit.save` write them.
///
/// Everything is checked when the archive is opened: each record is in the file and overlaps no other, its two
/// headers agree on its name, and no name occurs twice. Nothing is decompressed: what is read must be stored as it is.
///
/// - Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3.
struct ZipArchive {
  struct Record {
    let name: String
    /// The record's bytes in the file, compressed or not.
    let bytes: Range<Int>
    let crc32: UInt32
    let isStored: Bool
    /// Where the local header begins.
    let header: Int
  }

  let file: MappedFile
  private(set) var records: [String: Record] = [:]

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let directory = try ZipDirectory(file)
    var reader = ByteReader(file, directory.bytes)
    var all: [Record] = []
    for _ in 0..<directory.count {
      let record = try Self.record(&reader, limit: directory.bytes.lowerBound)
      guard records.updateValue(record, forKey: record.name) == nil else {
        throw reader.malformed("two records are called \(record.name)")
      }
      all.append(record)
    }
    all.sort { $0.header < $1.header }
    for (record, next) in zip(all, all.dropFirst()) where record.bytes.upperBound > next.header {
      throw reader.malformed("the records \(record.name) and \(next.name) overlap", at: next.header)
    }
  }

  /// The bytes of a record that must be stored and have the right checksum; `nil` if there is no such record.
  func verified(_ name: String) throws(CheckpointError) -> Range<Int>? {
    guard let record = records[name] else { return nil }
    guard record.isStored else {
      throw CheckpointError(
        .unsupported, file: file.path, position: record.header,
        "the record \(name) is compressed; records that hold tensors are stored as they are")
    }
    let found = file.withBytes { Checksum.of($0.extracting(record.bytes)) }
    guard found == record.crc32 else {
      throw CheckpointError(
        .malformed, file: file.path, position: record.bytes.lowerBound,
        "the record \(name) has checksum \(found), \(record.crc32) was written: the file is damaged")
    }
    return record.bytes
  }

  /// Reads one entry of the central directory and the local header it points to.
  private static func record(_ reader: inout ByteReader, limit: Int) throws(CheckpointError) -> Record {
    let start = reader.position
    guard try reader.integer(UInt32.self) == 0x0201_4B50 else {
      throw reader.malformed("no entry of the archive's directory is here", at: start)
    }
    try reader.advance(4)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    try reader.advance(4)
    let crc = try reader.integer(UInt32.self)
    var compressed = UInt64(try reader.integer(UInt32.self))
    var size = UInt64(try reader.integer(UInt32.self))
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    try reader.advance(8)
    var header = UInt64(try reader.integer(UInt32.self))
    let nameStart = reader.position
    let name = try reader.text(nameLength)
    let extra = try reader.advance(extraLength)
    try reader.advance(commentLength)
    guard flags & 1 == 0 else { throw reader.malformed("the record \(name) is encrypted", at: start) }
    if size == 0xFFFF_FFFF || compressed == 0xFFFF_FFFF || header == 0xFFFF_FFFF {
      var field = try ByteReader(reader.file, extra..<extra + extraLength).zip64Field(of: name)
      if size == 0xFFFF_FFFF { size = try field.integer(UInt64.self) }
      if compressed == 0xFFFF_FFFF { compressed = try field.integer(UInt64.self) }
      if header == 0xFFFF_FFFF { header = try field.integer(UInt64.self) }
    }
    guard header <= UInt64(limit), limit - Int(header) >= 30 else {
      throw reader.malformed("the record \(name) would begin at byte \(header), outside the records", at: start)
    }
    let data = try dataStart(of: name, nameBytes: nameStart..<nameStart + nameLength, at: Int(header), reader, limit)
    guard compressed <= UInt64(limit - data) else {
      throw reader.malformed(
        "the record \(name) would take \(compressed) bytes, \(limit - data) are there", at: Int(header))
    }
    guard method != 0 || size == compressed else {
      throw reader.malformed("the stored record \(name) has two sizes, \(size) and \(compressed)", at: start)
    }
    return Record(
      name: name, bytes: data..<data + Int(compressed), crc32: crc, isStored: method == 0, header: Int(header))
  }

  /// Where a record's bytes begin: after its local header, which has a name and an extra field of its own.
  private static func dataStart(
    of name: String, nameBytes: Range<Int>, at header: Int, _ directory: ByteReader, _ limit: Int
  ) throws(CheckpointError) -> Int {
    var local = ByteReader(directory.file, header..<limit)
    guard try local.integer(UInt32.self) == 0x0403_4B50 else {
      throw local.malformed("the record \(name) should begin here and does not", at: header)
    }
    try local.advance(22)
    let nameLength = Int(try local.integer(UInt16.self))
    let extraLength = Int(try local.integer(UInt16.self))
    let nameStart = try local.advance(nameLength)
    try local.advance(extraLength)
    let isSame =
      nameLength == nameBytes.count
      && nameBytes.indices.allSatisfy { index in
        let offset = index - nameBytes.lowerBound
        return directory.file.value(at: index, as: UInt8.self)
          == directory.file.value(at: nameStart + offset, as: UInt8.self)
      }
    guard isSame else {
      throw local.malformed("the record here is not called \(name), as the directory says", at: header)
    }
    return local.position
  }
}

extension ByteReader {
  /// The field with 64-bit sizes among an entry's extra fields.
  fileprivate func zip64Field(of name: String) throws(CheckpointError) -> ByteReader {
    var fields = self
    while fields.remaining >= 4 {
      let identifier = try fields.integer(UInt16.self)
      let length = Int(try fields.integer(UInt16.self))
      let start = try fields.advance(length)
      if identifier == 1 { return ByteReader(file, start..<start + length) }
    }
    throw malformed("the record \(name) should have 64-bit sizes and has none")
  }
}
