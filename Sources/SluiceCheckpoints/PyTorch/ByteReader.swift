/// Reads little-endian fields of a part of a mapped file, one after the other, never beyond its end.
struct ByteReader {
  let file: MappedFile
  /// Where the next field begins, in bytes from the start of the file.
  private(set) var position: Int
  /// Where the readable part ends.
  let end: Int

  /// A reader of the bytes in `range`, which is in the file.
  init(_ file: MappedFile, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  /// An error at `offset`, or where the reader is.
  func malformed(_ reason: String, at offset: Int? = nil) -> CheckpointError {
    CheckpointError(.malformed, file: file.path, position: offset ?? position, reason)
  }

  /// The next integer.
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws(CheckpointError) -> Value {
    let start = try advance(MemoryLayout<Value>.size)
    return Value(littleEndian: file.value(at: start, as: Value.self))
  }

  mutating func byte() throws(CheckpointError) -> UInt8 { try integer(UInt8.self) }

  /// Passes over `count` bytes and returns where they begin.
  @discardableResult
  mutating func advance(_ count: Int) throws(CheckpointError) -> Int {
    guard count >= 0, count <= remaining else {
      throw malformed("\(count) bytes are announced, \(remaining) are left")
    }
    defer { position += count }
    return position
  }

  /// The next `count` bytes as text; what is no UTF-8 becomes the replacement character.
  mutating func text(_ count: Int) throws(CheckpointError) -> String {
    let start = try advance(count)
    return file.text(start..<start + count)
  }

  /// The text up to the next line feed, which is skipped.
  mutating func line() throws(CheckpointError) -> String {
    guard let feed = file.firstIndex(of: UInt8(ascii: "\n"), in: position..<end) else {
      throw malformed("a line of text has no end")
    }
    defer { position = feed + 1 }
    return file.text(position..<feed)
  }
}
