/// The rows of a table that names videos by other things than paths, each with a caption.
struct VideoTable {
  private let annotation: Annotation
  private let table: CSVTable
  private let template: PathTemplate
  private let caption: Int
  private let video: Int
  // By the names that the template has for them.
  private let columns: [String: Int]

  /// - Parameters:
  ///   - video: the column with the video's name.
  ///   - caption: the column with its caption, which may be empty.
  ///   - template: how paths are made, unless the annotation has a template of its own.
  /// - Throws: ``DatasetListError`` for the first column that is missing, with those there are.
  init(
    _ annotation: Annotation, _ table: CSVTable, video: String, caption: String, template: PathTemplate
  ) throws(DatasetListError) {
    self.annotation = annotation
    self.table = table
    self.template = annotation.pathTemplate ?? template
    let found = try table.columns(of: [video, caption])
    (self.video, self.caption) = (found[0], found[1])
    let names = self.template.columns
    let numbers = try table.columns(of: names)
    columns = Dictionary(zip(names, numbers)) { first, _ in first }
  }

  /// An item for each row, with one caption.
  /// - Throws: ``DatasetListError`` for a row that is short, names no video, or lacks what its path is made of.
  func items() throws(DatasetListError) -> [DatasetItem] {
    var items: [DatasetItem] = []
    let last = max(video, caption, columns.values.max() ?? 0)
    try table.forEachRow(atLeast: last + 1) { row throws(DatasetListError) in
      let name = row.fields[video]
      guard !name.isEmpty else {
        throw annotation.error(
          line: row.line,
          "the row of the caption “\(row.fields[caption])” names no video; wanted: \(table.header[video])")
      }
      if let empty = columns.first(where: { row.fields[$0.value].isEmpty }) {
        throw annotation.error(
          line: row.line, "the row of the video \(name) has no \(empty.key), which its path is made of")
      }
      let path = template.path { columns[$0].map { row.fields[$0] } ?? "" }
      var item = DatasetItem(path: annotation.resolve(path), captions: [row.fields[caption]], line: row.line)
      item.name = name
      items.append(item)
    }
    return items
  }
}
