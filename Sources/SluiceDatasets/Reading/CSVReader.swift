/// A table of comma-separated values, read row by row (RFC 4180).
///
/// Quoted fields may hold commas, quotes (doubled) and line ends. Rows that hold nothing do not count.
struct CSVReader: Sendable {
  struct Row {
    /// The line it begins on, from 1.
    let line: Int
    let fields: [String]
  }

  private let text: TextBytes
  private var position = 0
  private var line = 1

  init(_ text: TextBytes) {
    self.text = text
  }

  /// The next row that holds something.
  /// - Throws: ``DatasetListError`` for a quote that is never closed, or behind which something stands.
  mutating func next() throws(DatasetListError) -> Row? {
    while position < text.bytes.count {
      let start = line
      let fields = try row()
      if fields != [""] { return Row(line: start, fields: fields) }
    }
    return nil
  }

  private mutating func row() throws(DatasetListError) -> [String] {
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard position < text.bytes.count else { return fields }
      let byte = text.bytes[position]
      position += 1
      if byte == UInt8(ascii: ",") { continue }
      if byte == 0x0D, position < text.bytes.count, text.bytes[position] == 0x0A { position += 1 }
      line += 1
      return fields
    }
  }

  private mutating func field() throws(DatasetListError) -> String {
    let bytes = text.bytes
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let start = position
      while position < bytes.count, !CSVReader.endsField(bytes[position]) { position += 1 }
      return ByteText.text(bytes, start..<position)
    }
    let opening = line
    position += 1
    var field: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
          guard position == bytes.count || CSVReader.endsField(bytes[position]) else {
            throw DatasetListError(
              path: text.path, line: line, reason: "text stands behind a closing quote; double a quote within a field")
          }
          return String(decoding: field, as: UTF8.self)
        }
        position += 1
      } else if byte == 0x0A || byte == 0x0D && (position == bytes.count || bytes[position] != 0x0A) {
        line += 1
      }
      field.append(byte)
    }
    throw DatasetListError(
      path: text.path, line: opening,
      reason: "a quoted field that begins here is never closed before the end of the file")
  }

  private static func endsField(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
  }
}

/// The rows of a table with a header, by the names of their columns.
struct CSVTable: Sendable {
  let path: String
  let header: [String]
  private var reader: CSVReader

  init(_ text: TextBytes) throws(DatasetListError) {
    var reader = CSVReader(text)
    path = text.path
    header = try reader.next()?.fields ?? []
    self.reader = reader
  }

  /// The indices of the named columns.
  /// - Throws: ``DatasetListError`` that lists the columns there are.
  func columns(of names: [String]) throws(DatasetListError) -> [Int] {
    var columns: [Int] = []
    for name in names {
      guard let column = header.firstIndex(of: name) else {
        throw DatasetListError(
          path: path, line: 1, reason: "no column “\(name)”; there are: \(header.joined(separator: ", "))")
      }
      columns.append(column)
    }
    return columns
  }

  /// Calls `body` with each row, the header left out.
  /// - Throws: ``DatasetListError`` for a row that is shorter than `count` fields; what `body` throws.
  func forEachRow(atLeast count: Int, _ body: (CSVReader.Row) throws(DatasetListError) -> Void) throws(DatasetListError)
  {
    var reader = reader
    while let row = try reader.next() {
      guard row.fields.count >= count else {
        throw DatasetListError(
          path: path, line: row.line, reason: "the row has \(row.fields.count) fields, the header \(header.count)")
      }
      try body(row)
    }
  }
}

/// The rows of a table of comma-separated values.
/// - Throws: ``DatasetListError`` with the line if the file cannot be read, or is none.
package func csvRows(at path: String) throws(DatasetListError) -> [[String]] {
  var reader = CSVReader(try TextBytes(contentsOf: path))
  var rows: [[String]] = []
  while let row = try reader.next() { rows.append(row.fields) }
  return rows
}
