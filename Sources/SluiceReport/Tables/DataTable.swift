/// A plain table: facts, settings, failures.
public struct DataTable: Sendable {
  public var caption: String
  public var columns: [Column]
  /// Rows of texts, one for each column; the first names the row.
  public var rows: [[String]]

  public init(_ caption: String, columns: [Column], rows: [[String]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  /// A column's head and how its texts are aligned.
  public struct Column: Sendable {
    var name: String
    var isNumber: Bool

    /// Texts, from the left.
    public static func text(_ name: String) -> Column { Column(name: name, isNumber: false) }

    /// Numbers, to the right.
    public static func number(_ name: String) -> Column { Column(name: name, isNumber: true) }
  }
}

extension DataTable {
  var html: String {
    let lines = rows.map { row in
      Line(
        name: row.first ?? "",
        cells: zip(row, columns).dropFirst().map { Cell(text: $0, kind: $1.isNumber ? "number" : "words") })
    }
    return DataTable.template.html(
      Drawing(
        caption: caption, heads: columns.map { Cell(text: $0.name, kind: $0.isNumber ? "number" : "words") },
        lines: lines))
  }

  private struct Drawing {
    let caption: String
    let heads: [Cell]
    let lines: [Line]
  }

  private struct Line {
    let name: String
    let cells: [Cell]
  }

  private struct Cell {
    let text: String
    let kind: String
  }

  private static let template = Template(
    """
    <div class="scroll" tabindex="0">
    <table>
    <caption><span>{{caption}}</span></caption>
    <thead><tr>{{#heads}}<th scope="col" class="{{kind}}">{{text}}</th>{{/heads}}</tr></thead>
    <tbody>
    {{#lines}}
    <tr><th scope="row">{{name}}</th>{{#cells}}<td class="{{kind}}">{{text}}</td>{{/cells}}</tr>
    {{/lines}}
    </tbody>
    </table>
    </div>

    """)
}
