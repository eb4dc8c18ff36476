/// Columns of text that line up.
package struct TextTable {
  private var rows: [[String]] = []
  private let leftAligned: (Int) -> Bool

  /// A table under a header: the first column to the left, the others, of numbers, to the right.
  package init(_ header: [String]) {
    self.init { $0 == 0 }
    rows = [header]
  }

  /// A table of rows that may be of different lengths.
  /// - Parameter leftAligned: whether a column's cells are to the left, by its index.
  package init(leftAligned: @escaping (_ column: Int) -> Bool) {
    self.leftAligned = leftAligned
  }

  package mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The lines without spaces at their ends.
  package var lines: [String] {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return leftAligned(column) ? cell + padding : padding + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  package var text: String { lines.joined(separator: "\n") }
}
