internal import SluicePlatform

extension GraphDescription {
  /// The graph as one JSON object, keys as the properties are called.
  public var json: String {
    let object = JSONText.object([
      ("name", .string(name)),
      ("nodes", .array(nodes.map(\.jsonText))),
      (
        "edges",
        .array(
          edges.map {
            .object([("from", .string($0.from)), ("to", .string($0.to)), ("capacity", .number($0.capacity))])
          })
      ),
      ("knownBytes", .number(knownBytes)),
      ("unknownNodes", .array(unknownNodes.map { .string($0) })),
    ])
    return object.text(indent: "") + "\n"
  }
}

extension GraphDescription.Node {
  fileprivate var jsonText: JSONText {
    var fields: [(String, JSONText)] = [
      ("name", .string(name)), ("kind", .string(kind.rawValue)), ("input", .string(input)),
      ("output", .string(output)), ("workers", .number(workers)), ("buffer", .number(buffer)),
      ("isOrdered", .boolean(isOrdered)), ("heldOutputs", .number(heldOutputs)),
    ]
    let optional: [(String, JSONText?)] = [
      ("window", window.map { .number($0) }), ("batchSize", batchSize.map { .number($0) }),
      ("outputCount", outputCount.map { .number($0) }),
      ("parent", parent.map { .string($0) }), ("outputBytes", outputBytes.map { .number($0) }),
      ("bytes", bytes.map { .number($0) }), ("workingBytes", workingBytes.map { .number($0) }),
    ]
    fields += optional.compactMap { name, value in value.map { (name, $0) } }
    return .object(fields)
  }
}

/// JSON written by hand: this module does without Foundation.
indirect enum JSONText {
  case string(String)
  case number(Int)
  case decimal(Double)
  case boolean(Bool)
  case array([JSONText])
  case object([(String, JSONText)])

  /// The text; objects and arrays of objects over several lines.
  func text(indent: String) -> String {
    switch self {
    case .string(let string): return quoted(string)
    case .number(let number): return "\(number)"
    case .decimal(let number): return number.isFinite ? "\(number)" : "null"
    case .boolean(let value): return "\(value)"
    case .array(let elements):
      let inner = indent + "  "
      let isFlat = elements.allSatisfy { if case .object = $0 { false } else { true } }
      if isFlat { return "[" + elements.map { $0.text(indent: inner) }.joined(separator: ", ") + "]" }
      return "[\n" + elements.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let fields):
      let inner = indent + "  "
      let lines = fields.map { "\(inner)\(quoted($0.0)): \($0.1.text(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        result += "\\u" + scalar.value.padded(to: 4, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
