/// Swift source as words, marks and string literals, as far as finding messages needs it.
enum SwiftToken: Equatable {
  case word(String)
  case mark(Character)
  /// The parts of a literal between its interpolations, escapes resolved, lines of long literals joined.
  case literal([String])

  static func all(in source: String) -> [SwiftToken] {
    var lexer = Lexer(rest: Array(source.unicodeScalars.map(Character.init))[...])
    return lexer.tokens()
  }
}

private struct Lexer {
  // Scalars one by one: an array of them is far quicker to walk than a string.
  var rest: ArraySlice<Character>

  mutating func tokens() -> [SwiftToken] {
    var tokens: [SwiftToken] = []
    while let next = token() { tokens.append(next) }
    return tokens
  }

  private mutating func token() -> SwiftToken? {
    while true {
      while rest.first?.isWhitespace == true { rest.removeFirst() }
      if starts(with: "//") {
        rest = rest.drop { $0 != "\n" }
      } else if starts(with: "/*") {
        while !rest.isEmpty, !starts(with: "*/") { rest.removeFirst() }
        rest = rest.dropFirst(2)
      } else {
        break
      }
    }
    guard let first = rest.first else { return nil }
    if first.isLetter || first == "_" {
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      rest = rest.dropFirst(word.count)
      return .word(String(word))
    }
    let hashes = rest.prefix { $0 == "#" }.count
    if rest.dropFirst(hashes).first == "\"" {
      rest = rest.dropFirst(hashes)
      return .literal(literal(hashes: hashes))
    }
    return .mark(rest.removeFirst())
  }

  private func starts(with text: String) -> Bool { rest.starts(with: Array(text)) }

  private mutating func literal(hashes: Int) -> [String] {
    let isLong = starts(with: "\"\"\"")
    let quote = isLong ? "\"\"\"" : "\""
    let (end, escape) = (quote + String(repeating: "#", count: hashes), "\\" + String(repeating: "#", count: hashes))
    rest = rest.dropFirst(quote.count)
    var parts = [""]
    while !rest.isEmpty, !starts(with: end) {
      guard starts(with: escape) else {
        parts[parts.count - 1].append(rest.removeFirst())
        continue
      }
      rest = rest.dropFirst(escape.count)
      switch rest.first {
      case "(":
        skipInterpolation()
        parts.append("")
      case "n":
        rest.removeFirst()
        parts[parts.count - 1].append("\n")
      case "\n": rest.removeFirst()
      case .some(let character):
        rest.removeFirst()
        parts[parts.count - 1].append(character)
      case nil: break
      }
    }
    rest = rest.dropFirst(end.count)
    return isLong ? parts.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") } : parts
  }

  /// Over `(…)`, literals inside included.
  private mutating func skipInterpolation() {
    var depth = 0
    while let next = token() {
      if next == .mark("(") { depth += 1 }
      if next == .mark(")") { depth -= 1 }
      if depth == 0 { return }
    }
  }
}
