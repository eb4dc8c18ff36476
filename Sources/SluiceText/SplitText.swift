/// The words of a text, as BERT's uncased models want them: cleaned, without accents, in lower case, punctuation apart.
struct SplitText: Sendable {
  struct Word: Sendable {
    /// Where its bytes stand.
    var range: Range<Int>
    /// Its Unicode scalars, which are what a word's length is counted in.
    var length: Int
    /// Whether it is a special token that stands in the text, and no word.
    var isSpecial = false
  }

  /// All words one behind the other, UTF-8.
  private(set) var bytes: [UInt8] = []
  private(set) var words: [Word] = []
  private var begin = 0
  private var length = 0

  init(_ text: String) {
    let source = Array(text.utf8)
    bytes.reserveCapacity(source.count)
    var start = 0
    var index = 0
    while index < source.count {
      // Special tokens are looked for first, in the text as it is.
      guard source[index] == UInt8(ascii: "["), let token = SplitText.specialToken(in: source, at: index) else {
        index += 1
        continue
      }
      add(source, start..<index)
      words.append(Word(range: bytes.count..<bytes.count + token.count, length: token.count, isSpecial: true))
      bytes += token
      begin = bytes.count
      index += token.count
      start = index
    }
    add(source, start..<source.count)
  }

  func text(of word: Word) -> String { String(decoding: bytes[word.range], as: UTF8.self) }

  private static let specialTokens = Vocabulary.specialTokens.map { Array($0.utf8) }

  private static func specialToken(in source: [UInt8], at index: Int) -> [UInt8]? {
    specialTokens.first { source[index...].starts(with: $0) }
  }

  /// Adds the words of a part in which no special token stands.
  private mutating func add(_ source: [UInt8], _ range: Range<Int>) {
    if source[range].allSatisfy({ $0 < 0x80 }) {
      for byte in source[range] { add(ascii: byte) }
    } else {
      for scalar in NormalizedText.scalars(of: String(decoding: source[range], as: UTF8.self)) { add(scalar) }
    }
    endWord()
  }

  private mutating func add(ascii byte: UInt8) {
    switch byte {
    case 0x09, 0x0A, 0x0D, 0x20: endWord()
    case 0..<0x20, 0x7F: break  // gone, without a gap
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): append(byte | 0x20)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): append(byte)
    default:  // all other printable ones count as punctuation
      endWord()
      append(byte)
      endWord()
    }
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    if scalar == " " { return endWord() }
    let isAlone = scalar.isBERTPunctuation
    if isAlone { endWord() }
    bytes.append(contentsOf: scalar.utf8)
    length += 1
    if isAlone { endWord() }
  }

  private mutating func append(_ byte: UInt8) {
    bytes.append(byte)
    length += 1
  }

  private mutating func endWord() {
    if bytes.count > begin { words.append(Word(range: begin..<bytes.count, length: length)) }
    (begin, length) = (bytes.count, 0)
  }
}
