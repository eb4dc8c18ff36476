/// The codec's headers that are in force at each packet, as a decoder has them that has read all before it.
///
/// Parameter sets, sequence headers and the like may change inside a stream, and need not be repeated where decoding may
/// begin. A version is a stretch of packets with the same headers.
struct HeaderHistory: Sendable {
  /// Which header: of several with the same key, the last one read is in force.
  struct Key: Hashable, Sendable {
    let kind: UInt8
    var id = 0
  }

  private struct Header: Sendable {
    let bytes: [UInt8]
    let packet: Int
  }

  private var inForce: [Key: Header] = [:]
  /// The first packet of each version but the first, and the packets that carry its headers.
  private var changes: [(packet: Int, carriers: [Int])] = []
  private var restated: Set<Key> = []
  private var current = -1

  /// Stands for what the container keeps outside the packets.
  static let outside: Int = -1
  /// More changes than any sound stream has.
  private static let limit = 256

  /// Whether there were so many changes that no further ones were noted: decoding must not begin behind them.
  private(set) var isOverfull = false

  /// Notes a header that is read in `packet`.
  /// - Returns: whether it replaced a different one.
  @discardableResult
  mutating func read(_ key: Key, _ bytes: Span<UInt8>, in packet: Int) -> Bool {
    begin(packet)
    // Zeros behind a header belong to the next start code.
    var count = bytes.count
    while count > 0, bytes[count - 1] == 0 { count -= 1 }
    restated.insert(key)
    let known = inForce[key]
    if let known, known.bytes.count == count, known.bytes.indices.allSatisfy({ known.bytes[$0] == bytes[$0] }) {
      return false
    }
    inForce[key] = Header(bytes: (0..<count).map { bytes[$0] }, packet: packet)
    guard packet >= 0 else { return known != nil }
    if changes.last?.packet != packet {
      guard changes.count < HeaderHistory.limit else {
        isOverfull = true
        return known != nil
      }
      changes.append((packet, []))
    }
    changes[changes.count - 1].carriers = Set(inForce.values.map(\.packet)).filter { $0 >= 0 }.sorted()
    return known != nil
  }

  /// Begins another packet.
  private mutating func begin(_ packet: Int) {
    guard packet != current else { return }
    current = packet
    restated = []
  }

  /// Whether `packet`, the one read last, carries all headers that are in force.
  func isComplete(in packet: Int) -> Bool { packet == current && restated.count == inForce.count }

  /// The version in force behind `packet`, from 0.
  func version(at packet: Int) -> Int {
    guard let last = changes.last, packet < last.packet else { return changes.count }
    return changes.firstIndex { $0.packet > packet } ?? 0
  }

  /// The packets that a decoder has to read, in that order, to have the headers of a version.
  func carriers(of version: Int) -> [Int] { version == 0 ? [] : changes[version - 1].carriers }
}
