/// A name in which `*` stands for any run of characters, also none.
struct NamePattern: Sendable, Equatable {
  private let pieces: [Substring]

  init(_ text: String) {
    pieces = text.split(separator: "*", omittingEmptySubsequences: false)
  }

  /// What the stars stand for in `name`, the earlier ones as short as they can be; `nil` if it does not match.
  func captures(in name: String) -> [Substring]? {
    guard let first = pieces.first, name.hasPrefix(first) else { return nil }
    var rest = name[name.index(name.startIndex, offsetBy: first.count)...]
    guard pieces.count > 1 else { return rest.isEmpty ? [] : nil }
    var captures: [Substring] = []
    for piece in pieces.dropFirst().dropLast() {
      guard let found = Self.first(piece, in: rest) else { return nil }
      captures.append(rest[..<found])
      rest = rest[rest.index(found, offsetBy: piece.count)...]
    }
    guard let last = pieces.last, rest.hasSuffix(last) else { return nil }
    return captures + [rest.dropLast(last.count)]
  }

  /// The text of this pattern with other runs for its stars.
  func filled(with captures: [Substring]) -> String {
    var text = String(pieces[0])
    for (capture, piece) in zip(captures, pieces.dropFirst()) { text += capture + piece }
    return text
  }

  /// How many stars there are.
  var starCount: Int { pieces.count - 1 }

  static func first(_ piece: Substring, in text: Substring) -> Substring.Index? {
    var start = text.startIndex
    while true {
      if text[start...].hasPrefix(piece) { return start }
      guard start < text.endIndex else { return nil }
      start = text.index(after: start)
    }
  }
}
