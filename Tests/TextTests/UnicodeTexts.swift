import SluicePlatform

/// Texts of all that Unicode has, the parts of it that tokenizing treats in ways of their own above all.
enum UnicodeTexts {
  private static let ranges: [[ClosedRange<UInt32>]] = [
    [0x61...0x7A], [0x61...0x7A], [0x41...0x5A], [0x20...0x20], [0x00...0x7F], [0xC0...0x24F], [0x300...0x36F],
    [0x370...0x52F], [0x590...0x6FF], [0x900...0x97F], [0x1100...0x11FF, 0xAC00...0xD7A3], [0x3040...0x30FF],
    [0x4E00...0x4E40, 0x9FF0...0xA000, 0x33F0...0x3410, 0x4DB0...0x4DC0],
    [0x1FFF0...0x20010, 0x2A6D0...0x2A710, 0x2B730...0x2B750, 0x2B810...0x2B830, 0x2CEA0...0x2CEC0],
    [0xF900...0xFAFF, 0x2F7F0...0x2FA2F], [0x1E00...0x1FFF], [0x2000...0x206F], [0x2070...0x22FF], [0x2600...0x27BF],
    [0x1F300...0x1FAFF, 0x200D...0x200D, 0xFE00...0xFE0F], [0xFF01...0xFF60], [0xE000...0xE010, 0xFFF0...0xFFFF],
    [0x80...0xA0, 0xAD...0xAD, 0x1680...0x1680, 0x3000...0x3000, 0x200B...0x200B, 0xFEFF...0xFEFF],
    [0x0...0xD7FF, 0xE000...0x10FFFF],
  ]
  private static let fragments = [
    "[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[mask]", "[", "]", "[MAS", "##", "#", "\u{212A}", "[MAS\u{212A}]",
    "\u{130}", "\u{3A3}", "\u{1E9E}", "\r\n", "the ", " a ", "dog", "ing",
  ]

  /// A text of its own for each number.
  static func text(_ number: Int) -> String {
    var random = KeyedRandom(seed: 7, epoch: 0, sample: number, stage: "text")
    var text = String.UnicodeScalarView()
    // A text has a few kinds of characters, so that words come about.
    let kinds = (0..<random.integer(in: 1...4)).map { _ in random.integer(in: 0...ranges.count - 1) }
    for _ in 0..<random.integer(in: 0...40) {
      switch random.integer(in: 0...19) {
      case 0:
        text.append(contentsOf: fragments[random.integer(in: 0...fragments.count - 1)].unicodeScalars)
      case 1: text.append(" ")
      case 2 where random.integer(in: 0...9) == 0:
        // About as long as the longest word there is.
        guard let letter = scalar(kinds[0], &random) else { continue }
        text.append(contentsOf: Array(repeating: letter, count: random.integer(in: 95...105)))
      default:
        if let letter = scalar(kinds[random.integer(in: 0...kinds.count - 1)], &random) { text.append(letter) }
      }
    }
    return String(text)
  }

  /// `nil` for what two versions of Unicode may decompose in two ways.
  private static func scalar(_ kind: Int, _ random: inout KeyedRandom) -> Unicode.Scalar? {
    let blocks = ranges[kind]
    let block = blocks[random.integer(in: 0...blocks.count - 1)]
    let value = random.integer(in: Int(block.lowerBound)...Int(block.upperBound))
    guard let scalar = Unicode.Scalar(UInt32(value)) else { return nil }
    return (scalar.properties.age?.major ?? 0) <= 15 ? scalar : nil
  }
}
