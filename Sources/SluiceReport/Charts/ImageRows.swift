internal import FoundationEssentials

/// Rows of images with the same parts side by side, for example masked input, prediction, frame.
public struct ImageRows: Sendable {
  public var caption: String
  /// What each image of a row shows.
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
    public var images: [[UInt8]]

    public init(_ caption: String, images: [[UInt8]]) {
      self.caption = caption
      self.images = images
    }
  }
}

extension ImageRows {
  var html: String {
    ImageRows.template.html(
      Drawing(
        caption: caption,
        lines: rows.map { row in
          Line(
            rowCaption: row.caption,
            images: zip(columns, row.images).map { column, bytes in
              Image(column: column, base64: Data(bytes).base64EncodedString())
            })
        }))
  }

  private struct Drawing {
    let caption: String
    let lines: [Line]
  }

  private struct Line {
    let rowCaption: String
    let images: [Image]
  }

  private struct Image {
    let column: String
    let base64: String
  }

  private static let template = Template(
    """
    <p>{{caption}}</p>
    <div class="images">
    {{#lines}}
    <figure>
    <div class="row">
    {{#images}}
    <div><img src="data:image/png;base64,{{base64}}" alt="{{column}}: {{rowCaption}}"/><span aria-hidden="true">{{column}}</span></div>
    {{/images}}
    </div>
    <figcaption>{{rowCaption}}</figcaption>
    </figure>
    {{/lines}}
    </div>

    """)
}
