internal import Glibc

/// How long a file is by its outermost structure: MP4's boxes, AVI's RIFF chunks, Matroska's segment, ASF's objects.
struct ContainerLength {
  /// Bytes there should be and bytes there are.
  let stated: Int
  let actual: Int

  /// - Returns: `nil` if nothing is missing at the end of the file at `path`, or its container does not say.
  init?(missingFrom path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else { return nil }
    let head = ContainerLength.read(descriptor, 0, 16)
    let end: Int
    if head.starts(with: "RIFF".utf8) {
      end = ContainerLength.riff(descriptor, Int(facts.st_size))
    } else if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
      end = ContainerLength.matroska(descriptor)
    } else if head == ContainerLength.asfHeader {
      end = ContainerLength.asf(descriptor)
    } else if head.count == 16,
      ["ftyp", "moov", "mdat", "styp", "wide", "free", "skip"].contains(where: {
        head[4..<8].elementsEqual($0.utf8)
      })
    {
      end = ContainerLength.boxes(descriptor, Int(facts.st_size))
    } else {
      return nil
    }
    guard end > Int(facts.st_size) else { return nil }
    (stated, actual) = (end, Int(facts.st_size))
  }

  /// Elements that are looked at: more than any sound file has.
  private static let limit = 1 << 16

  private static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, count, off_t(offset)) }
    return Array(bytes.prefix(max(0, read)))
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// Where the last box of coded frames ends.
  private static func boxes(_ descriptor: Int32, _ size: Int) -> Int {
    var offset = 0
    for _ in 0..<limit where offset < size {
      let head = read(descriptor, offset, 16)
      guard head.count >= 8 else { return 0 }
      var length = number(head[..<4])
      if length == 1, head.count == 16, head[8] < 0x40 { length = number(head[8...]) }
      guard length >= 8, offset + length > offset else { return 0 }
      offset += length
      if offset > size { return ["mdat", "moof", "moov"].contains { head[4..<8].elementsEqual($0.utf8) } ? offset : 0 }
    }
    return offset
  }

  /// Where the last RIFF chunk ends; its length is 0 while a recorder still writes.
  private static func riff(_ descriptor: Int32, _ size: Int) -> Int {
    var offset = 0
    for _ in 0..<limit where offset < size {
      let head = read(descriptor, offset, 12)
      guard head.count == 12, head.starts(with: "RIFF".utf8), head[8..<11].elementsEqual("AVI".utf8) else { return 0 }
      let length = number(head[4..<8].reversed())
      guard length > 0, length < 0xFFFF_0000 else { return 0 }
      offset += 8 + length
      // The byte that pads an odd chunk may be left out.
      if offset > size { return offset > size + 1 ? offset : 0 }
      offset += offset % 2
    }
    return offset
  }

  /// The identifiers of ASF's header and of its data (Advanced Systems Format, 3.1 and 5.1).
  private static let asfHeader: [UInt8] = [
    0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C,
  ]
  private static let asfData: [UInt8] = [
    0x36, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C,
  ]

  /// Where the data behind the header ends; no length is known while a recorder still writes.
  private static func asf(_ descriptor: Int32) -> Int {
    func length(_ offset: Int, of identifier: [UInt8]) -> Int {
      let head = read(descriptor, offset, 24)
      // Lengths of more than 2⁵⁶ bytes are none.
      guard head.count == 24, head.starts(with: identifier), head[23] == 0 else { return 0 }
      return number(head[16..<24].reversed())
    }
    let header = length(0, of: asfHeader)
    let data = length(header, of: asfData)
    return data > 50 ? header + data : 0
  }

  /// Where the segment ends; its length may be unknown.
  private static func matroska(_ descriptor: Int32) -> Int {
    guard let header = element(descriptor, 0), let length = header.length,
      let segment = element(descriptor, header.content + length), segment.id == 0x1853_8067
    else { return 0 }
    return segment.length.map { segment.content + $0 } ?? 0
  }

  /// An element's identifier, where its content begins and how long that is (RFC 8794, 4 and 5).
  private static func element(_ descriptor: Int32, _ offset: Int) -> (id: Int, content: Int, length: Int?)? {
    let head = read(descriptor, offset, 12)
    guard let first = head.first, first != 0 else { return nil }
    let idSize = first.leadingZeroBitCount + 1
    guard idSize <= 4, head.count > idSize, head[idSize] != 0 else { return nil }
    let size = head[idSize].leadingZeroBitCount + 1
    guard head.count >= idSize + size else { return nil }
    let mask = (1 << (7 * size)) - 1
    let value = number(head[idSize..<idSize + size]) & mask
    return (number(head[..<idSize]), offset + idSize + size, value == mask ? nil : value)
  }
}
