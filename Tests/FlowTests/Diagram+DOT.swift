extension Diagram {
  /// Reads the part of Graphviz's language that a directed graph of boxes in clusters needs, and refuses all else.
  init(dot text: String) throws {
    var parser = DOTParser(tokens: DiagramTokens.all(text, hasEscapes: true)[...])
    try parser.graph()
    self = parser.diagram
  }
}

private struct DOTParser {
  typealias Token = DiagramTokens.Token

  var tokens: ArraySlice<Token>
  var diagram = Diagram()
  /// The name in a box's first line, by the box's identifier.
  private var names: [String: String] = [:]

  init(tokens: ArraySlice<Token>) { self.tokens = tokens }

  mutating func graph() throws {
    try take(.word("digraph"))
    _ = try identifier()
    try statements(in: nil)
    guard tokens.isEmpty else { throw fail("the end") }
  }

  private mutating func statements(in frame: String?) throws {
    try take(.mark("{"))
    while tokens.first != .mark("}") { try statement(in: frame) }
    try take(.mark("}"))
  }

  private mutating func statement(in frame: String?) throws {
    if tokens.first == .word("subgraph") {
      tokens = tokens.dropFirst()
      let name = try identifier()
      // Only subgraphs of such names are drawn as frames.
      guard name.hasPrefix("cluster") else { throw fail("a cluster") }
      return try statements(in: label(String(name.dropFirst("cluster ".count)))[0])
    }
    if tokens.first == .word("node") {
      tokens = tokens.dropFirst()
      guard try attributes() == ["shape": "box"] else { throw fail("shape=box") }
      return try take(.mark(";"))
    }
    let from = try identifier()
    if tokens.first == .mark("->") {
      tokens = tokens.dropFirst()
      let to = try identifier()
      guard let text = try attributes()["label"] else { throw fail("a label") }
      guard let first = names[from], let second = names[to] else { throw fail("boxes that were named before") }
      diagram.arrows.append(Diagram.Arrow(from: first, to: second, text: label(text).joined(separator: "\n")))
    } else {
      guard let text = try attributes()["label"] else { throw fail("a label") }
      let lines = label(text)
      guard names[from] == nil, diagram.boxes[lines[0]] == nil else { throw fail("a new box") }
      names[from] = lines[0]
      diagram.boxes[lines[0]] = Diagram.Box(lines: lines, frame: frame)
    }
    try take(.mark(";"))
  }

  private mutating func attributes() throws -> [String: String] {
    var attributes: [String: String] = [:]
    try take(.mark("["))
    while tokens.first != .mark("]") {
      let name = try identifier()
      try take(.mark("="))
      attributes[name] = try identifier()
      if tokens.first == .mark(",") { tokens = tokens.dropFirst() }
    }
    try take(.mark("]"))
    return attributes
  }

  private mutating func identifier() throws -> String {
    switch tokens.popFirst() {
    case .word(let text), .quoted(let text): return text
    default: throw fail("an identifier")
    }
  }

  private mutating func take(_ token: Token) throws {
    guard tokens.popFirst() == token else { throw fail("\(token)") }
  }

  private func fail(_ wanted: String) -> DiagramError {
    DiagramError(description: "dot: \(wanted) before \(tokens.prefix(5))")
  }

  /// The lines of a label, its escapes resolved; an unknown one stays and is found out.
  private func label(_ text: String) -> [String] {
    var lines = [""]
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.popFirst() else {
        lines[lines.count - 1].append(character)
        continue
      }
      switch next {
      case "n": lines.append("")
      case "\"", "\\": lines[lines.count - 1].append(next)
      default: lines[lines.count - 1] += "\\\(next)"
      }
    }
    return lines
  }
}
