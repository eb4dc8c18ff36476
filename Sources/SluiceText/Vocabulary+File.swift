internal import SluicePlatform

extension Vocabulary {
  /// Bytes of a file that are read; the largest published vocabularies have a few million.
  private static let largestFile = 1 << 26

  /// Reads a `vocab.txt`: UTF-8, a token on each line, its id the line's number from 0.
  ///
  /// Lines end at `\n` or `\r\n`; nothing else is trimmed, and an empty line is an empty token.
  /// - Throws: ``VocabularyError`` with the line, if the file cannot be read, is no UTF-8 text, or lacks a special token.
  public init(contentsOf path: String) throws(VocabularyError) {
    let bytes: [UInt8]
    do { bytes = try readFile(path, limit: Vocabulary.largestFile + 1) } catch { throw VocabularyError(error) }
    guard bytes.count <= Vocabulary.largestFile else {
      throw VocabularyError(
        origin: path,
        reason: "has more than \(Vocabulary.largestFile.byteText), which no vocabulary has; is it another file?")
    }
    try self.init(tokens: Vocabulary.lines(of: bytes, path), origin: path)
  }

  private static func lines(of bytes: [UInt8], _ path: String) throws(VocabularyError) -> [String] {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw VocabularyError(origin: path, reason: "is UTF-16 text; save the vocabulary as UTF-8")
    }
    // It would be part of the first token.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw VocabularyError(
        origin: path, reason: "begins with a byte order mark; save the vocabulary as UTF-8 without one")
    }
    do throws(Unicode.UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      throw VocabularyError(
        origin: path, line: 1 + bytes[..<offset].count { $0 == 0x0A },
        reason: "is no UTF-8 text (byte \(bytes[offset]) stands there); save the vocabulary as UTF-8")
    }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    // What ends the last line begins no other.
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self) }
  }
}
