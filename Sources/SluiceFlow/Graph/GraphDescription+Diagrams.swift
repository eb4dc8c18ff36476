extension GraphDescription {
  /// A flowchart for Mermaid, as Markdown viewers draw it.
  public var mermaid: String {
    var lines = ["flowchart TD"]
    lines += nodes.filter { $0.parent == nil }.flatMap { mermaidLines(of: $0, indent: "  ") }
    lines += edges.map { edge in
      let type = nodes.first { $0.name == edge.from }.map { escaped($0.output, for: .mermaid) } ?? ""
      return "  \(identifier(edge.from)) -->|\"\(type) × \(edge.capacity)\"| \(identifier(edge.to))"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mermaidLines(of node: Node, indent: String) -> [String] {
    let label = escaped(
      ([node.name] + (node.details.isEmpty ? [] : [node.details])).joined(separator: "\n"), for: .mermaid)
    let own = "\(indent)\(identifier(node.name))[\"\(label)\"]"
    let children = nodes.filter { $0.parent == node.name }
    guard !children.isEmpty else { return [own] }
    return [
      "\(indent)subgraph \(identifier(node.name + " inside"))[\"\(escaped(node.name, for: .mermaid))\"]", "  " + own,
    ]
      + children.flatMap { mermaidLines(of: $0, indent: indent + "  ") } + ["\(indent)end"]
  }

  /// A digraph for Graphviz.
  public var dot: String {
    var lines = ["digraph \"\(escaped(name, for: .dot))\" {", "  node [shape=box];"]
    lines += nodes.filter { $0.parent == nil }.flatMap { dotLines(of: $0, indent: "  ") }
    lines += edges.map { edge in
      let type = nodes.first { $0.name == edge.from }.map { escaped($0.output, for: .dot) } ?? ""
      let (from, to) = (escaped(edge.from, for: .dot), escaped(edge.to, for: .dot))
      return "  \"\(from)\" -> \"\(to)\" [label=\"\(type) × \(edge.capacity)\"];"
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  private func dotLines(of node: Node, indent: String) -> [String] {
    let label = escaped(([node.name] + (node.details.isEmpty ? [] : [node.details])).joined(separator: "\n"), for: .dot)
    let own = "\(indent)\"\(escaped(node.name, for: .dot))\" [label=\"\(label)\"];"
    let children = nodes.filter { $0.parent == node.name }
    guard !children.isEmpty else { return [own] }
    return ["\(indent)subgraph \"cluster \(escaped(node.name, for: .dot))\" {", "  " + own]
      + children.flatMap { dotLines(of: $0, indent: indent + "  ") } + ["\(indent)}"]
  }

  private enum Language {
    case mermaid
    case dot
  }

  private func escaped(_ text: String, for language: Language) -> String {
    text.reduce(into: "") { result, character in
      switch (character, language) {
      case ("\"", .dot): result += "\\\""
      case ("\\", .dot): result += "\\\\"
      case ("\n", .dot): result += "\\n"
      case ("\"", .mermaid): result += "#quot;"
      case ("<", .mermaid): result += "#lt;"
      case (">", .mermaid): result += "#gt;"
      case ("&", .mermaid): result += "#amp;"
      case ("#", .mermaid): result += "#35;"
      case ("\n", .mermaid): result += "<br/>"
      default: result.append(character)
      }
    }
  }

  /// The node's number: Mermaid's own identifiers may hold neither dots nor words such as `end`.
  private func identifier(_ name: String) -> String {
    if let index = nodes.firstIndex(where: { $0.name == name }) { return "n\(index)" }
    let outer = name.dropLast(" inside".count)
    return "g\(nodes.firstIndex { $0.name == outer } ?? 0)"
  }
}
