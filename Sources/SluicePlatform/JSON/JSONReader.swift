/// Goes through JSON text once, from its beginning to its end, as far as it is asked.
///
/// Members come in the order of the file, equal keys included, and errors know their line: what a decoder into
/// dictionaries loses. Nothing is kept of what has been read.
///
/// ```swift
/// var reader = JSONReader(bytes)
/// try reader.object { key, value in captions.append((key, try value.string())) }
/// try reader.end()
/// ```
package struct JSONReader: Sendable {
  /// What a value is, by its first byte.
  package enum Kind: String, Sendable {
    case object = "an object"
    case array = "a list"
    case string = "a text"
    case number = "a number"
    /// `true`, `false` or `null`.
    case word = "a word"
  }

  private let bytes: [UInt8]
  private var position = 0
  /// The line that is being read, from 1.
  package private(set) var line: Int = 1

  /// - Parameter bytes: UTF-8.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// What comes next; nothing is taken.
  package mutating func kind() throws(JSONReadingError) -> Kind {
    skipBlanks()
    guard let next else { throw wanted("a value") }
    switch next {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .word
    default: throw wanted("a value")
    }
  }

  /// Takes an object; `body` takes each value, or skips it.
  package mutating func object(_ body: (_ key: String, _ value: inout JSONReader) throws -> Void) throws {
    try take(UInt8(ascii: "{"), "“{”")
    skipBlanks()
    if skips(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      skipBlanks()
      try take(UInt8(ascii: ":"), "“:”")
      try body(key, &self)
      skipBlanks()
    } while skips(UInt8(ascii: ","))
    try take(UInt8(ascii: "}"), "“,” or “}”")
  }

  /// Takes a list; `body` takes each element, or skips it.
  package mutating func array(_ body: (_ element: inout JSONReader) throws -> Void) throws {
    try take(UInt8(ascii: "["), "“[”")
    skipBlanks()
    if skips(UInt8(ascii: "]")) { return }
    repeat {
      try body(&self)
      skipBlanks()
    } while skips(UInt8(ascii: ","))
    try take(UInt8(ascii: "]"), "“,” or “]”")
  }

  /// Takes a number, `true`, `false` or `null`, as it is written.
  package mutating func literal() throws(JSONReadingError) -> String {
    let kind = try kind()
    guard kind == .number || kind == .word else { throw wanted("a number") }
    let start = position
    while let byte = next, JSONReader.isLiteral(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard kind == .number ? Double(text) != nil : ["true", "false", "null"].contains(text) else {
      throw wanted("a value")
    }
    return text
  }

  /// Takes whatever comes next.
  package mutating func skip() throws(JSONReadingError) {
    var closing: [UInt8] = []
    repeat {
      skipBlanks()
      guard let byte = next else { throw wanted("the end of a value") }
      switch byte {
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        closing.append(byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard closing.popLast() == byte else { throw wanted("a value") }
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard !closing.isEmpty else { throw wanted("a value") }
        position += 1
      default: _ = try literal()
      }
    } while !closing.isEmpty
  }

  /// - Throws: ``JSONReadingError`` if anything but blanks is left.
  package mutating func end() throws(JSONReadingError) {
    skipBlanks()
    guard next == nil else { throw wanted("the end of the file") }
  }
}

// Text
extension JSONReader {
  /// Takes a text, its escapes undone.
  package mutating func string() throws(JSONReadingError) -> String {
    skipBlanks()
    try take(UInt8(ascii: "\""), "a text in quotes")
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
    var text = Array(bytes[start..<position])
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case ..<0x20:
        position -= 1
        throw wanted("the end of a text")
      default: text.append(byte)
      }
    }
    throw wanted("the end of a text")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONReadingError) {
    guard let byte = next else { throw wanted("the end of a text") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [0x5C, 0x75]) {
        position += 2
        units.append(try codeUnit())
      }
      guard let character = String(validating: units, as: UTF16.self) else { throw wanted("a whole character") }
      text += character.utf8
    default: throw wanted("an escape of JSON")
    }
  }

  private mutating func codeUnit() throws(JSONReadingError) -> UInt16 {
    let digits = bytes[position...].prefix(4).prefix { Character(Unicode.Scalar($0)).isHexDigit }
    position += digits.count
    guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw wanted("four hexadecimal digits")
    }
    return unit
  }
}

// Steps
extension JSONReader {
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    // No text holds a line end, so that all of them are met here.
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      if byte == 0x0A { line += 1 }
      position += 1
    }
  }

  private mutating func skips(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(_ byte: UInt8, _ name: String) throws(JSONReadingError) {
    skipBlanks()
    guard skips(byte) else { throw wanted(name) }
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private func wanted(_ what: String) -> JSONReadingError {
    let found = next.map { byte in
      byte > 0x20 && byte < 0x7F ? "“\(Character(Unicode.Scalar(byte)))”" : "something else"
    }
    return JSONReadingError(line: line, reason: "\(what) is wanted, \(found ?? "the end of the file") stands here")
  }
}

/// Where JSON text is not what it should be.
package struct JSONReadingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1.
  package let line: Int
  package let reason: String

  package var description: String { "line \(line): \(reason)" }
}
