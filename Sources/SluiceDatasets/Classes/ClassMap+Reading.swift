internal import SluicePlatform

extension ClassMap {
  /// The forms that ``init(contentsOf:)`` reads, in one line.
  public static let forms: String =
    "JSON (an object of names and numbers, or a list of names), CSV (`id,name`), or text (a name, or a number and a name, "
    + "on each line)"

  /// What numbers the classes of a table with the columns `id` and `name`.
  public enum Numbering: Sendable {
    /// Its first column.
    case column
    /// The order of its rows, whatever its first column says, as in BIKE.
    case rows
  }

  /// Reads a file of class names: JSON, CSV or text, told from its content.
  ///
  /// - JSON: `{"archery": 0, "bowling": "1"}`, `{"0": "archery"}`, or `["archery", "bowling"]`, whose entries may be lists
  ///   of phrases.
  /// - CSV: with a header `id,name`, or `number,name` without one.
  /// - Text: a name on each line, numbered in their order; `1 Archery` or `Archery 1` where every line has a number, and
  ///   `c000 Holding a cup` as in Charades' file of classes.
  /// - Parameter numbering: what numbers the classes of a table.
  /// - Throws: ``DatasetListError`` with the line; also where a name or a number comes twice.
  public init(contentsOf path: String, numbering: Numbering = .column) throws(DatasetListError) {
    let text = try TextBytes(contentsOf: path)
    do throws(ClassMapError) {
      switch text.firstByte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): try self.init(json: text)
      case nil: throw ClassMapError(line: nil, reason: "the file of classes is empty; wanted: \(ClassMap.forms)")
      default: try self.init(lines: text, numbering)
      }
    } catch {
      throw DatasetListError(path: path, line: error.line, reason: error.reason)
    }
  }

  private init(json text: TextBytes) throws(ClassMapError) {
    var reader = JSONReader(text.bytes)
    var pairs: [(key: String, value: String, line: Int)] = []
    var names: [Entry] = []
    do {
      if try reader.kind() == .object {
        try reader.object { key, value in
          pairs.append((key, try value.kind() == .string ? try value.string() : try value.literal(), value.line))
        }
      } else {
        try reader.array { element in
          var phrases: [String] = []
          if try element.kind() == .array {
            try element.array { phrases.append(try $0.string()) }
          } else {
            phrases.append(try element.string())
          }
          names.append(Entry(name: phrases.joined(separator: " "), number: names.count, line: element.line))
        }
      }
      try reader.end()
    } catch let problem as JSONReadingError {
      throw ClassMapError(line: problem.line, reason: "no class map: \(problem.reason); wanted: \(ClassMap.forms)")
    } catch {
      throw ClassMapError(line: nil, reason: "\(error)")
    }
    let areReversed = !pairs.isEmpty && pairs.allSatisfy { Int($0.key) != nil && Int($0.value) == nil }
    for pair in pairs {
      let (name, digits) = areReversed ? (pair.value, pair.key) : (pair.key, pair.value)
      guard let number = Int(digits) else {
        throw ClassMapError(
          line: pair.line, reason: "class “\(name)” has the number “\(digits)”; wanted: a whole number from 0")
      }
      names.append(Entry(name: name, number: number, line: pair.line))
    }
    try self.init(entries: names)
  }

  private init(lines text: TextBytes, _ numbering: Numbering) throws(ClassMapError) {
    let lines = SampledLine.first(.max, of: text)
    guard let first = lines.first else {
      throw ClassMapError(line: nil, reason: "the file of classes holds comments only; wanted: \(ClassMap.forms)")
    }
    let header = TableFacts.fields(first.text).map { $0.lowercased() }
    if header.count > 1, let name = TableFacts.column(header, ["name", "class", "label", "class_name", "category"]) {
      let number = TableFacts.column(header, ["id", "index", "number", "idx", "class_id", "label_id"])
      let ids = numbering == .rows ? nil : number
      try self.init(entries: try ClassMap.rows(of: text, name: name, number: ids))
    } else if let columns = ClassMap.columns(of: lines) {
      try self.init(
        entries: try ClassMap.rows(of: text, name: columns.name, number: columns.number, hasHeader: false))
    } else {
      try self.init(entries: ClassMap.entries(of: lines))
    }
  }

  /// Which column of a table without header has the numbers; `nil` if the lines are no such table.
  private static func columns(of lines: [SampledLine]) -> (name: Int, number: Int)? {
    let rows = lines.map { TableFacts.fields($0.text) }
    guard rows.allSatisfy({ $0.count == 2 }) else { return nil }
    return [(1, 0), (0, 1)].first { columns in rows.allSatisfy { Int($0[columns.1]) != nil } }
  }

  private static func rows(
    of text: TextBytes, name: Int, number: Int?, hasHeader: Bool = true
  ) throws(ClassMapError) -> [Entry] {
    do throws(DatasetListError) {
      var reader = CSVReader(text)
      var entries: [Entry] = []
      if hasHeader { _ = try reader.next() }
      while let row = try reader.next() {
        if row.fields[0].utf8.first == LineReader.commentMark { continue }
        guard max(name, number ?? 0) < row.fields.count, !row.fields[name].isEmpty else {
          throw DatasetListError(path: text.path, line: row.line, reason: "the row names no class")
        }
        var value: Int? = entries.count
        if let number { value = Int(row.fields[number]) }
        guard let value else {
          throw DatasetListError(
            path: text.path, line: row.line,
            reason: "“\(row.fields[number ?? 0])” is no number of a class; wanted: a whole number from 0")
        }
        entries.append(Entry(name: row.fields[name], number: value, line: row.line))
      }
      return entries
    } catch {
      throw ClassMapError(line: error.line, reason: error.reason)
    }
  }

  /// Names, or names with numbers before or behind all of them.
  private static func entries(of lines: [SampledLine]) -> [Entry] {
    let words = lines.map { line in line.text.split(whereSeparator: { $0 == " " || $0 == "\t" }) }
    let ofCharades = words.compactMap { $0.count > 1 ? CharadesTable.number(ofClass: $0[0]) : nil }
    if ofCharades.count == lines.count {
      return zip(lines, ofCharades).map { line, number in
        let name = line.text.dropFirst(4).drop { $0 == " " || $0 == "\t" }
        return Entry(name: String(name), number: number, line: line.number)
      }
    }
    if lines.count > 0, words.allSatisfy({ $0.count > 1 && Int($0[0]) != nil }) {
      return zip(lines, words).map { line, words in
        let name = line.text.dropFirst(words[0].count).drop { $0 == " " || $0 == "\t" }
        return Entry(name: String(name), number: Int(words[0]) ?? 0, line: line.number)
      }
    }
    let prefixes = zip(lines, words).map { line, words in
      let name = line.text.dropLast(words.last?.count ?? 0)
      return ExactText(String(name.prefix { _ in true }).trimmedBlanks)
    }
    // “Class 1” and “Class 2” are names.
    if Set(prefixes).count == lines.count, words.allSatisfy({ $0.count > 1 && Int($0.last ?? "") != nil }) {
      return zip(lines, zip(prefixes, words)).map { line, entry in
        Entry(name: entry.0.string, number: Int(entry.1.last ?? "") ?? 0, line: line.number)
      }
    }
    return lines.enumerated().map { Entry(name: $1.text, number: $0, line: $1.number) }
  }
}

extension String {
  /// Without the blanks at its end.
  fileprivate var trimmedBlanks: String {
    var text = self[...]
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
