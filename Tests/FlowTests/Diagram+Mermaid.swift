extension Diagram {
  /// Reads the part of Mermaid's flowcharts that boxes in subgraphs need, line by line, and refuses all else.
  init(mermaid text: String) throws {
    self.init()
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.removeFirst() == "flowchart TD", lines.popLast() == "" else {
      throw DiagramError(description: "mermaid: no flowchart from the top down")
    }
    var frames: [String] = []
    var names: [String: String] = [:]
    for line in lines {
      let tokens = DiagramTokens.all(line, hasEscapes: false)
      switch tokens.count {
      case 1 where tokens == [.word("end")] && !frames.isEmpty:
        frames.removeLast()
      case 5:
        guard tokens[0] == .word("subgraph"), case .word = tokens[1], let title = Self.boxText(tokens[2...]) else {
          throw DiagramError(description: "mermaid: \(line)")
        }
        frames.append(title[0])
      case 4:
        guard case .word(let identifier) = tokens[0], identifier != "end", names[identifier] == nil,
          let text = Self.boxText(tokens[1...]), boxes[text[0]] == nil
        else { throw DiagramError(description: "mermaid: \(line)") }
        names[identifier] = text[0]
        boxes[text[0]] = Box(lines: text, frame: frames.last)
      case 6:
        guard case .word(let from) = tokens[0], tokens[1] == .mark("-->"), tokens[2] == .mark("|"),
          case .quoted(let text) = tokens[3], tokens[4] == .mark("|"), case .word(let to) = tokens[5],
          let first = names[from], let second = names[to]
        else { throw DiagramError(description: "mermaid: \(line)") }
        arrows.append(Arrow(from: first, to: second, text: Self.plain(text)))
      default: throw DiagramError(description: "mermaid: \(line)")
      }
    }
    guard frames.isEmpty else { throw DiagramError(description: "mermaid: \(frames) without an end") }
  }

  /// The lines of `["…"]`.
  private static func boxText(_ tokens: ArraySlice<DiagramTokens.Token>) -> [String]? {
    let tokens = Array(tokens)
    guard tokens.count == 3, tokens[0] == .mark("["), tokens[2] == .mark("]"), case .quoted(let text) = tokens[1]
    else { return nil }
    return text.split(separator: "<br/>", omittingEmptySubsequences: false).map { plain(String($0)) }
  }

  /// Mermaid writes entities with `#` in place of `&`; a tag or an entity of HTML would be drawn as one.
  private static func plain(_ text: String) -> String {
    let entities = ["#quot;": "\"", "#lt;": "<", "#gt;": ">", "#amp;": "&", "#35;": "#"]
    var (result, rest) = ("", text[...])
    while let character = rest.first {
      if let (entity, meaning) = entities.first(where: { rest.hasPrefix($0.key) }) {
        result += meaning
        rest = rest.dropFirst(entity.count)
      } else {
        result += "<>&#".contains(character) ? "<not escaped>" : String(character)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
