internal import SluicePlatform

extension GraphDescription {
  /// A line for each node, indented in forks and steps, and the bound of the memory in flight.
  public var text: String {
    let rows = nodes.map { node in
      (label: indentation(of: node) + node.name, types: node.typeLabel, details: node.details)
    }
    let nameWidth = rows.map(\.label.count).max() ?? 0
    let typeWidth = rows.map(\.types.count).max() ?? 0
    let lines = rows.map { row in
      let line = "  " + padded(row.label, nameWidth) + "  " + padded(row.types, typeWidth) + "  " + row.details
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return ([name] + lines + [memorySentence]).joined(separator: "\n") + "\n"
  }

  /// The bound of the memory in flight, and who has none.
  public var memorySentence: String {
    let unknown = nodes.filter { $0.bytes == nil }.map(\.name)
    let known = "In flight: at most \(knownBytes.byteText)"
    if unknown.isEmpty { return known + "." }
    if unknown.count == nodes.count {
      return "In flight: at most \(nodes.reduce(0) { sum($0, $1.heldOutputs) }) elements."
    }
    let elements = nodes.filter { $0.bytes == nil }.reduce(0) { sum($0, $1.heldOutputs) }
    return known + ", and \(elements) elements of unknown size at \(unknown.joined(separator: ", "))."
  }

  private func indentation(of node: Node) -> String {
    var depth = 0
    var parent = node.parent
    while let name = parent {
      depth += 1
      parent = nodes.first { $0.name == name }?.parent
    }
    return String(repeating: "  ", count: depth)
  }
}

extension GraphDescription.Node {
  /// What it takes and gives: `Clip → MaskedClip`.
  package var typeLabel: String { input.isEmpty ? "→ \(output)" : "\(input) → \(output)" }

  /// Workers, buffer and windows, without what is usual.
  package var details: String {
    var parts: [String] = []
    if workers > 1 { parts.append("workers \(workers)") }
    if let outputCount { parts.append("\(outputCount) outputs each") }
    if let batchSize { parts.append("size \(batchSize)") }
    if let window { parts.append("window \(window)") } else if kind != .step { parts.append("buffer \(buffer)") }
    if !isOrdered { parts.append("unordered") }
    if kind == .step { parts.append("one element inside") }
    if let bytes { parts.append(bytes.byteText) }
    return parts.joined(separator: ", ")
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
