internal import SluicePlatform

/// Accuracies class by class, one column a run.
public struct ClassTable: Sendable {
  public var caption: String
  /// The names of the runs.
  public var columns: [String]
  public var rows: [Row]

  public init(_ caption: String, columns: [String], rows: [Row]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  /// One class.
  public struct Row: Sendable {
    public var name: String
    /// A share for each column, 0…1; `nil` where the class had no sample.
    public var values: [Double?]

    public init(_ name: String, values: [Double?]) {
      self.name = name
      self.values = values
    }
  }
}

extension ClassTable {
  var html: String {
    ClassTable.template.html(
      Drawing(
        caption: caption, columns: columns,
        rows: rows.map { row in
          Line(
            name: row.name,
            cells: row.values.map { Cell(text: ($0 ?? .nan).percentText, width: ($0 ?? 0).percentOfWidth) })
        }))
  }

  private struct Drawing {
    let caption: String
    let columns: [String]
    let rows: [Line]
  }

  private struct Line {
    let name: String
    let cells: [Cell]
  }

  private struct Cell {
    let text: String
    let width: String
  }

  private static let template = Template(
    """
    <div class="scroll" tabindex="0">
    <table class="classes">
    <caption><span>{{caption}}</span></caption>
    <thead><tr><th scope="col">class</th>{{#columns}}<th scope="col" class="number">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr><th scope="row">{{name}}</th>{{#cells}}<td class="number">{{text}}<div class="bar thin" aria-hidden="true"><span class="fill" style="width:{{width}}"></span></div></td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>

    """)
}
