/// A name in which `*` stands for any run of characters, also none.
package struct NamePattern: Sendable, Equatable {
  /// The text between the stars.
  private let pieces: [[UInt8]]
  /// Bytes of a name that matches, at least.
  private let leastCount: Int

  /// A pattern; a text without stars matches itself.
  package init(_ text: String) {
    pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    leastCount = pieces.reduce(0) { $0 + $1.count }
  }

  /// Whether `name` matches.
  package func matches(_ name: String) -> Bool { ranges(in: name) != nil }

  /// What the stars stand for in `name`, the earlier ones as short as they can be; `nil` if it does not match.
  func captures(in name: String) -> [String]? {
    guard let (bytes, ranges) = ranges(in: name) else { return nil }
    return ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// The text of this pattern with other runs for its stars.
  func filled(with captures: [String]) -> String {
    var text = pieces[0]
    for (capture, piece) in zip(captures, pieces.dropFirst()) { text += Array(capture.utf8) + piece }
    return String(decoding: text, as: UTF8.self)
  }

  /// How many stars there are.
  var starCount: Int { pieces.count - 1 }

  private func ranges(in name: String) -> (bytes: [UInt8], ranges: [Range<Int>])? {
    // Most names fail here, before anything is allocated.
    guard name.utf8.count >= leastCount, name.utf8.first == pieces[0].first || pieces[0].isEmpty else { return nil }
    let bytes = Array(name.utf8)
    guard bytes.starts(with: pieces[0]) else { return nil }
    var start = pieces[0].count
    guard pieces.count > 1 else { return start == bytes.count ? (bytes, []) : nil }
    var ranges: [Range<Int>] = []
    for piece in pieces.dropFirst().dropLast() {
      guard let found = bytes.firstIndex(of: piece, from: start) else { return nil }
      ranges.append(start..<found)
      start = found + piece.count
    }
    let last = pieces[pieces.count - 1]
    guard bytes.count - start >= last.count, bytes.suffix(last.count).elementsEqual(last) else { return nil }
    return (bytes, ranges + [start..<bytes.count - last.count])
  }
}

extension [UInt8] {
  /// Where `piece` stands at or behind `start`.
  func firstIndex(of piece: [UInt8], from start: Int) -> Int? {
    guard let first = piece.first else { return start }
    var index = start
    while index + piece.count <= count {
      if self[index] == first, self[index..<index + piece.count].elementsEqual(piece) { return index }
      index += 1
    }
    return nil
  }
}

extension String {
  /// This text with `new` wherever `text` stands.
  func replacingAll(_ text: String, with new: String) -> String {
    let (bytes, piece) = (Array(utf8), Array(text.utf8))
    guard !piece.isEmpty, var found = bytes.firstIndex(of: piece, from: 0) else { return self }
    var (result, start): ([UInt8], Int) = ([], 0)
    while true {
      result += bytes[start..<found] + Array(new.utf8)
      start = found + piece.count
      guard let next = bytes.firstIndex(of: piece, from: start) else { break }
      found = next
    }
    return String(decoding: result + bytes[start...], as: UTF8.self)
  }
}
