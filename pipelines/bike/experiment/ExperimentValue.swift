/// A value of one of BIKE's configuration files.
///
/// What is not quoted is read as YAML 1.1 reads it, with one exception: `5e-5`, for which that version wants `5.e-5`, is a
/// number too.
public enum ExperimentValue: Sendable, Equatable {
  /// Nothing stands there, or `~`, or `null`; `None` is a text.
  case null
  case truth(Bool)
  case number(Double)
  case text(String)
  case list([ExperimentValue])

  /// What a text without quotes means.
  public init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": self = .truth(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": self = .truth(false)
    default: self = ExperimentValue.number(text).map { .number($0) } ?? .text(text)
    }
  }

  private static func number(_ text: String) -> Double? {
    guard let first = text.first, first != "_" else { return nil }
    let isNegative = first == "-"
    let unsigned = (first == "-" || first == "+" ? text.dropFirst() : text[...]).filter { $0 != "_" }
    return magnitude(unsigned).map { isNegative ? -$0 : $0 }
  }

  private static func magnitude(_ text: String) -> Double? {
    for (prefix, radix) in [("0x", 16), ("0b", 2)] where text.hasPrefix(prefix) {
      return text.dropFirst(2).allSatisfy(\.isHexDigit) ? Int(text.dropFirst(2), radix: radix).map(Double.init) : nil
    }
    let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let digits = (parts.first ?? "").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard digits.allSatisfy({ $0.allSatisfy(isDigit) }), let whole = digits.first else { return nil }
    let fraction = digits.count > 1 ? digits[1] : ""
    guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
    var exponent = Substring("0")
    if parts.count > 1 {
      let power = parts[1].first == "-" || parts[1].first == "+" ? parts[1].dropFirst() : parts[1]
      guard !power.isEmpty, power.allSatisfy(isDigit) else { return nil }
      exponent = parts[1]
    }
    if digits.count == 1, parts.count == 1, whole.count > 1, whole.first == "0" {
      // An octal number, or none.
      return Int(whole, radix: 8).map(Double.init)
    }
    return Double("\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)e\(exponent)")
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}

extension ExperimentValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "empty"
    case .truth(let value): value ? "True" : "False"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .text(let text): "“\(text)”"
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    }
  }

  /// The text, if it is one.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The number, if it is one.
  var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// The number, if it is a whole one.
  var whole: Int? { number.flatMap { Int(exactly: $0) } }

  /// The truth, if it is one.
  var truth: Bool? { if case .truth(let truth) = self { truth } else { nil } }
}
