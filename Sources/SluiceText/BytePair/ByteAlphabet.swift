/// The printable characters that stand for bytes, so that every text can be written as symbols without blanks.
///
/// Printable bytes of Latin 1 stand for themselves; the other 68, in increasing order, are U+0100 … U+0143.
enum ByteAlphabet {
  /// The bytes in the order of the ids of their characters: the printable ones first.
  static let bytes: [UInt8] = printable + (0...UInt8.max).filter { !printable.contains($0) }

  /// The characters in the order of their ids.
  static let characters: [Unicode.Scalar] =
    printable.map { Unicode.Scalar($0) } + others.compactMap { Unicode.Scalar($0) }

  /// The id of each byte's character.
  static let ids: [Int] = (0...UInt8.max).map { byte in bytes.firstIndex(of: byte) ?? 0 }

  private static let printable: [UInt8] = Array(33...126) + Array(161...172) + Array(174...255)

  /// The characters of all other bytes.
  private static let others: Range<UInt32> = 0x100..<0x100 + UInt32(256 - printable.count)

  private static let bytesOfCharacters: [UInt8?] = {
    var result = [UInt8?](repeating: nil, count: Int(others.upperBound))
    for (character, byte) in zip(characters, bytes) { result[Int(character.value)] = byte }
    return result
  }()

  /// What ends a symbol that is the last one of its word.
  static let wordEnd = "</w>"

  /// The byte that a character stands for; `nil` if it stands for none.
  static func byte(of character: Unicode.Scalar) -> UInt8? {
    character.value < others.upperBound ? bytesOfCharacters[Int(character.value)] : nil
  }

  /// The symbols of single bytes in the order of their ids: each by itself, then each as the last one of its word.
  static let symbols: [String] = characters.map { String($0) } + characters.map { String($0) + wordEnd }

  /// The ids of the symbols of a word's bytes.
  /// - Parameter word: UTF-8, not empty.
  static func symbolIDs(of word: some Sequence<UInt8>) -> [Int] {
    var symbols = word.map { ids[Int($0)] }
    if let last = symbols.indices.last { symbols[last] += characters.count }
    return symbols
  }
}
