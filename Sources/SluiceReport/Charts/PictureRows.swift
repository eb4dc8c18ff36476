internal import FoundationEssentials

/// Rows of pictures with the same parts side by side, for example masked input, prediction, frame.
public struct PictureRows: Sendable {
  public var caption: String
  /// What each picture of a row shows.
  public var columns: [String]
  public var rows: [Row]

  public init(_ caption: String, columns: [String], rows: [Row]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  /// One row.
  public struct Row: Sendable {
    public var caption: String
    /// A PNG file's bytes for each column.
    public var pictures: [[UInt8]]

    public init(_ caption: String, pictures: [[UInt8]]) {
      self.caption = caption
      self.pictures = pictures
    }
  }
}

extension PictureRows {
  var html: String {
    PictureRows.template.html(
      Drawing(
        caption: caption,
        lines: rows.map { row in
          Line(
            rowCaption: row.caption,
            pictures: zip(columns, row.pictures).map { column, bytes in
              Picture(column: column, base64: Data(bytes).base64EncodedString())
            })
        }))
  }

  private struct Drawing {
    let caption: String
    let lines: [Line]
  }

  private struct Line {
    let rowCaption: String
    let pictures: [Picture]
  }

  private struct Picture {
    let column: String
    let base64: String
  }

  private static let template = Template(
    """
    <p>{{caption}}</p>
    <div class="pictures">
    {{#lines}}
    <figure>
    <div class="row">
    {{#pictures}}
    <div><img src="data:image/png;base64,{{base64}}" alt="{{column}}: {{rowCaption}}"/><span aria-hidden="true">{{column}}</span></div>
    {{/pictures}}
    </div>
    <figcaption>{{rowCaption}}</figcaption>
    </figure>
    {{/lines}}
    </div>

    """)
}
