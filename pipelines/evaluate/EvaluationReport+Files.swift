internal import FoundationEssentials

extension EvaluationReport {
  /// The report as JSON.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Numbers and strings only: encoding into memory cannot fail, and a loss that is no number is left out.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// Leaves `evaluation.json` and `evaluation.html` in `directory`.
  /// - Returns: the path of the page.
  /// - Throws: ``RunError`` if they cannot be written.
  public func write(to directory: RunDirectory) throws -> String {
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try directory.write(json + "\n", to: directory.path + "/evaluation.json")
    let page = directory.path + "/evaluation.html"
    try directory.write(html, to: page)
    return page
  }

  /// The report as a page that needs nothing else.
  var html: String {
    let rows = classes.filter { $0.samples > 0 }.map { row in
      """
      <tr><th>\(escaped(row.name))</th><td>\(row.samples)</td><td>\(row.recognised)</td>\
      <td>\(row.recall.map(percent) ?? "–")</td>\
      <td>\(row.confusedWith.map { "\(escaped($0)) (\(row.confusedCount))" } ?? "–")</td></tr>
      """
    }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(escaped(pipeline)): evaluation</title>
      <style>
      :root { color-scheme: light dark; --line: #8886; --hit: 40 150 90; --miss: 210 70 60 }
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
      table { border-collapse: collapse; margin: 1rem 0 }
      th, td { border: 1px solid var(--line); padding: .2rem .6rem; text-align: right }
      th { text-align: left; font-weight: 600 }
      .wide { overflow-x: auto }
      .big { font-size: 1.4rem }
      </style></head><body>
      <h1>\(escaped(pipeline))</h1>
      <p>\(escaped(checkpoint)), on \(escaped(data.joined(separator: ", ")))</p>
      <p class="big">top-1 \(percent(top1)), top-5 \(percent(top5)), loss \(rounded(loss))</p>
      <p>\(samples) clips; \(windows) window\(windows == 1 ? "" : "s") in time, \
      \(crops == "three" ? "three crops" : "the middle of the picture"); \(failed) clips failed.</p>
      <h2>Classes</h2>
      <div class="wide"><table><tr><th>class</th><th>clips</th><th>recognised</th><th>recall</th>\
      <th>most often taken for</th></tr>
      \(rows.joined(separator: "\n"))
      </table></div>
      <h2>Confusion</h2>
      <p>A row is a class, a column what its clips were taken for.</p>
      <div class="wide"><table>\(matrix)</table></div>
      </body></html>

      """
  }

  private var matrix: String {
    let head = "<tr><th></th>" + classes.map { "<th>\(escaped($0.name))</th>" }.joined() + "</tr>"
    let rows = confusion.enumerated().map { label, counts in
      let whole = max(counts.reduce(0, +), 1)
      let cells = counts.enumerated().map { other, count in
        let shade = rounded(0.75 * Double(count) / Double(whole))
        let color = other == label ? "--hit" : "--miss"
        return "<td style=\"background: rgb(var(\(color)) / \(shade))\">\(count > 0 ? "\(count)" : "")</td>"
      }
      return "<tr><th>\(escaped(classes[label].name))</th>" + cells.joined() + "</tr>"
    }
    return ([head] + rows).joined(separator: "\n")
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
