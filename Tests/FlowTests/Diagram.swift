/// A drawing of a graph as a viewer reads it back: boxes with their texts, the frames around them, and arrows.
struct Diagram: Equatable {
  struct Box: Equatable, Hashable {
    /// The text, line by line.
    var lines: [String]
    /// The title of the innermost frame around it.
    var frame: String?
  }

  struct Arrow: Equatable, Hashable {
    var from: String
    var to: String
    var text: String
  }

  /// By the name in the first line.
  var boxes: [String: Box] = [:]
  /// Between names.
  var arrows: [Arrow] = []
}

struct DiagramError: Error, CustomStringConvertible {
  let description: String
}

/// The tokens of one line: words, punctuation, and quoted texts as they are written.
struct DiagramTokens: IteratorProtocol {
  enum Token: Equatable {
    case word(String)
    case quoted(String)
    case mark(String)
  }

  private var rest: Substring
  private let hasEscapes: Bool

  /// - Parameter hasEscapes: whether `\"` inside quotes is a quote.
  init(_ text: String, hasEscapes: Bool) {
    rest = text[...]
    self.hasEscapes = hasEscapes
  }

  mutating func next() -> Token? {
    rest = rest.drop { $0.isWhitespace }
    guard let first = rest.first else { return nil }
    if first == "\"" { return quoted() }
    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    if !word.isEmpty {
      rest = rest.dropFirst(word.count)
      return .word(String(word))
    }
    for mark in ["-->", "->"] where rest.hasPrefix(mark) {
      rest = rest.dropFirst(mark.count)
      return .mark(mark)
    }
    rest = rest.dropFirst()
    return .mark(String(first))
  }

  /// An unfinished text ends the tokens with a mark that no grammar has.
  private mutating func quoted() -> Token {
    var text = ""
    var index = rest.index(after: rest.startIndex)
    while index < rest.endIndex {
      let character = rest[index]
      if character == "\"" {
        rest = rest[rest.index(after: index)...]
        return .quoted(text)
      }
      if hasEscapes, character == "\\", rest.index(after: index) < rest.endIndex {
        text.append(character)
        index = rest.index(after: index)
        text.append(rest[index])
      } else {
        text.append(character)
      }
      index = rest.index(after: index)
    }
    rest = rest[rest.endIndex...]
    return .mark("unfinished text")
  }

  static func all(_ text: String, hasEscapes: Bool) -> [Token] {
    var tokens = DiagramTokens(text, hasEscapes: hasEscapes)
    var all: [Token] = []
    while let token = tokens.next() { all.append(token) }
    return all
  }
}
