/// A table of comma-separated values with a header (RFC 4180).
struct CSVTable {
  private let path: String
  private let header: [String]
  private let rows: [[String]]

  init(_ text: String, _ path: String) throws {
    let all = CSVTable.rows(text)
    guard let header = all.first else {
      throw DatasetListError(path: path, line: nil, reason: "the file is empty; wanted: a table with a header")
    }
    self.path = path
    self.header = header
    rows = Array(all.dropFirst())
  }

  /// The named columns of every row.
  func columns(_ names: [String]) throws -> [[String]] {
    let places = try names.map { name in
      guard let place = header.firstIndex(of: name) else {
        throw DatasetListError(
          path: path, line: 1, reason: "no column “\(name)”; there are: \(header.joined(separator: ", "))")
      }
      return place
    }
    return try rows.enumerated().map { number, row in
      guard let last = places.max(), last < row.count else {
        throw DatasetListError(
          path: path, line: number + 2, reason: "row \(number + 1) has \(row.count) fields, the header \(header.count)")
      }
      return places.map { row[$0] }
    }
  }

  /// Splits text into rows of fields; quoted fields may hold commas, quotes (doubled) and line ends.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var characters = text.makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      switch character {
      case "\"" where isQuoted && next == "\"":
        field.append("\"")
        next = characters.next()
      case "\"" where isQuoted || field.isEmpty: isQuoted.toggle()
      case "," where !isQuoted:
        row.append(field)
        field = ""
      case let end where end.isNewline && !isQuoted:
        row.append(field)
        if row != [""] { rows.append(row) }
        (row, field) = ([], "")
      default: field.append(character)
      }
    }
    row.append(field)
    if row != [""] { rows.append(row) }
    return rows
  }
}
