/// A generator of pseudo-random numbers whose whole state is its seed, so that a failing case can be made again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

/// Damages bytes in one to four places: flips, replacements, cuts, insertions, copies and telling numbers.
func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator, vocabulary: [UInt8] = []) {
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<9, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.removeSubrange(place...)
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &generator)))
    case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 5:
      let from = Int.random(in: 0..<bytes.count, using: &generator)
      let copy = bytes[from..<min(bytes.count, from + Int.random(in: 1...40, using: &generator))]
      bytes.insert(contentsOf: copy, at: place)
    case 6, 7:
      let telling: [UInt64] = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 48, .max, .max >> 1]
      let number = telling.randomElement(using: &generator) ?? 0
      let width = [1, 2, 4, 8].randomElement(using: &generator) ?? 1
      for offset in 0..<width where place + offset < bytes.count {
        bytes[place + offset] = UInt8(truncatingIfNeeded: number >> (8 * offset))
      }
    default:
      if let word = vocabulary.randomElement(using: &generator) { bytes[place] = word }
    }
  }
}

/// The opcodes of pickles, those that are refused too.
let pickleVocabulary: [UInt8] = [
  0x80, 0x2E, 0x28, 0x30, 0x31, 0x32, 0x4E, 0x88, 0x89, 0x4B, 0x4D, 0x4A, 0x8A, 0x8B, 0x47, 0x58, 0x8C, 0x8D, 0x54,
  0x55,
  0x42, 0x43, 0x8E, 0x5D, 0x7D, 0x29, 0x8F, 0x85, 0x86, 0x87, 0x74, 0x6C, 0x64, 0x61, 0x65, 0x90, 0x73, 0x75, 0x68,
  0x6A,
  0x71, 0x72, 0x94, 0x95, 0x63, 0x93, 0x51, 0x52, 0x81, 0x92, 0x62, 0x49, 0x4C, 0x46, 0x56, 0x67, 0x70, 0x69, 0x6F,
]

/// A ZIP archive of stored records, for taking apart and putting together again with right sizes and checksums.
struct StoredArchive {
  var records: [(name: String, content: [UInt8])] = []

  /// An archive without records.
  init() {}

  /// Takes a well-formed archive apart; compressed records become empty.
  init(_ bytes: [UInt8]) {
    func number(_ place: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    let end = bytes.count - 22
    var place = number(end + 16, 4)
    for _ in 0..<number(end + 10, 2) {
      let nameLength = number(place + 28, 2)
      let name = String(decoding: bytes[place + 46..<place + 46 + nameLength], as: UTF8.self)
      let header = number(place + 42, 4)
      let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
      let isStored = number(place + 10, 2) == 0
      records.append((name, isStored ? Array(bytes[start..<start + number(place + 24, 4)]) : []))
      place += 46 + nameLength + number(place + 30, 2) + number(place + 32, 2)
    }
  }

  /// The archive as bytes.
  var bytes: [UInt8] {
    var all: [UInt8] = []
    var directory: [UInt8] = []
    func field(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    for record in records {
      let name = Array(record.name.utf8)
      let size = field(record.content.count, 4)
      let common =
        field(20, 2) + field(0, 2) + field(0, 2) + field(0, 4) + field(Self.crc32(record.content), 4) + size + size
        + field(name.count, 2) + field(0, 2)
      directory += [0x50, 0x4B, 1, 2] + field(20, 2) + common + field(0, 10) + field(all.count, 4) + name
      all += [0x50, 0x4B, 3, 4] + common + name + record.content
    }
    let end =
      field(0, 4) + field(records.count, 2) + field(records.count, 2) + field(directory.count, 4) + field(all.count, 4)
    return all + directory + [0x50, 0x4B, 5, 6] + end + field(0, 2)
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  private static func crc32(_ bytes: [UInt8]) -> Int {
    Int(~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 })
  }
}
