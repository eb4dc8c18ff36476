/// How often each class was taken for each; readable up to about thirty classes.
public struct ConfusionMatrix: Sendable {
  public var caption: String
  public var classes: [String]
  /// Row-major `[class, prediction]`.
  public var counts: [Int]

  /// - Precondition: `counts` has a value for each pair of classes.
  public init(_ caption: String, classes: [String], counts: [Int]) {
    precondition(
      counts.count == classes.count * classes.count,
      "\(counts.count) counts for \(classes.count) classes; \(classes.count * classes.count) are wanted")
    self.caption = caption
    self.classes = classes
    self.counts = counts
  }
}

extension ConfusionMatrix {
  var html: String {
    let count = classes.count
    let lines = classes.enumerated().map { row, name in
      let values = counts[row * count..<(row + 1) * count]
      let total = max(1, values.reduce(0, +))
      return Line(
        name: name,
        cells: values.enumerated().map { column, value in
          // Strength in twelfths, so that a style sheet without calculations can show it.
          Cell(
            value: value, strength: Int((Double(value) / Double(total) * 12).rounded()),
            kind: row == column ? "right" : "wrong")
        })
    }
    return ConfusionMatrix.template.html(Drawing(caption: caption, classes: classes, lines: lines))
  }

  private struct Drawing {
    let caption: String
    let classes: [String]
    let lines: [Line]
  }

  private struct Line {
    let name: String
    let cells: [Cell]
  }

  private struct Cell {
    let value: Int
    let strength: Int
    let kind: String
  }

  private static let template = Template(
    """
    <div class="scroll" tabindex="0">
    <table class="confusion">
    <caption><span>{{caption}} Rows are the true classes, columns what was answered.</span></caption>
    <thead><tr><td></td>{{#classes}}<th scope="col"><span>{{.}}</span></th>{{/classes}}</tr></thead>
    <tbody>
    {{#lines}}
    <tr><th scope="row">{{name}}</th>{{#cells}}<td class="{{kind}}" style="--strength:{{strength}}">{{value}}</td>{{/cells}}</tr>
    {{/lines}}
    </tbody>
    </table>
    </div>

    """)
}
