internal import SluicePlatform

/// A text file of a data set, as bytes that have been checked to be UTF-8.
///
/// Lines end at `\n`, `\r` and `\r\n` only: Unicode knows more line ends, and names and captions hold them.
struct TextBytes: Sendable {
  let path: String
  /// Without a byte order mark.
  let bytes: [UInt8]

  /// Reads all of a regular file.
  /// - Throws: ``DatasetListError`` if it cannot be read, or with the line that is no UTF-8 text.
  init(contentsOf path: String) throws(DatasetListError) {
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch { throw DatasetListError(error) }
    try self.init(bytes, path)
  }

  init(_ bytes: [UInt8], _ path: String) throws(DatasetListError) {
    self.path = path
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    if let (offset, reason) = TextBytes.firstFault(self.bytes) {
      throw DatasetListError(path: path, line: TextBytes.line(of: offset, in: self.bytes), reason: reason)
    }
  }

  /// Where the bytes stop being text, and what they are there.
  private static func firstFault(_ bytes: [UInt8]) -> (Int, String)? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return (0, "the text is UTF-16; save it as UTF-8")
    }
    do throws(Unicode.UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      guard error.byteOffsets.upperBound < bytes.count || !(0xC2...0xF4).contains(bytes[offset]) else {
        return (offset, "the end of the file cuts a character of UTF-8 in two: the rest of the list is missing")
      }
      return (offset, "is no UTF-8 text (byte \(offset) is \(hexadecimal(bytes[offset]))); save the list as UTF-8")
    }
    guard let null = bytes.firstIndex(of: 0) else { return nil }
    return (null, "holds a zero byte, which no path and no text has: is it a video itself?")
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  /// The line of the byte at `offset`, from 1.
  static func line(of offset: Int, in bytes: [UInt8]) -> Int {
    var lines = TextLines(bytes)
    while let line = lines.next() {
      if offset <= line.range.upperBound { return line.number }
    }
    return max(1, lines.number)
  }

  var lines: TextLines { TextLines(bytes) }

  /// The first byte that is no blank and no line end.
  var firstByte: UInt8? { bytes.first { !ByteText.isBlank($0) && $0 != 0x0A && $0 != 0x0D } }
}

/// The lines of a text, one after the other.
struct TextLines: Sequence, IteratorProtocol {
  struct Line {
    /// From 1.
    let number: Int
    /// Without the line end.
    let range: Range<Int>
  }

  private let bytes: [UInt8]
  private var position = 0
  /// Lines given so far.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Line? {
    guard position < bytes.count else { return nil }
    let start = position
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
    let end = position
    if position < bytes.count {
      let isPair = bytes[position] == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
      position += isPair ? 2 : 1
    }
    number += 1
    return Line(number: number, range: start..<end)
  }
}
