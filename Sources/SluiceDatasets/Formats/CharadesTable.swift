internal import SluicePlatform

/// The rows of Charades' tables.
///
/// Times become numbers of frames by the rate at which the images of the folders were taken: its official ones by 24 a
/// second.
/// - Source: Sigurdsson et al., "Hollywood in homes", 2016; BIKE, `datasets/charades.py`.
struct CharadesTable {
  private let annotation: Annotation
  private let table: CSVTable

  init(_ annotation: Annotation, _ text: TextBytes) throws(DatasetListError) {
    self.annotation = annotation
    table = try CSVTable(text)
  }

  /// A sample for each row: a part with its class.
  ///
  /// A row that ends before it begins has a part of no frames.
  func intervals() throws(DatasetListError) -> [DatasetItem] {
    let columns = try table.columns(of: ["video_id", "label", "start_time", "end_time", "total_time"])
    var items: [DatasetItem] = []
    try table.forEachRow(atLeast: (columns.max() ?? 0) + 1) { row throws(DatasetListError) in
      let times = try columns.dropFirst(2).map { column throws(DatasetListError) in
        try seconds(row.fields[column], table.header[column], row.line)
      }
      var item = DatasetItem(
        path: try path(row.fields[columns[0]], row.line),
        part: .frames(frames(from: times[0], to: times[1], of: times[2])),
        labels: [.number(try classNumber(row.fields[columns[1]], row.line))], line: row.line)
      item.partRate = annotation.frameRate
      items.append(item)
    }
    return withEndings(items)
  }

  /// A sample for each row: a whole video with all of its classes, each once, in their order.
  func videos() throws(DatasetListError) -> [DatasetItem] {
    let columns = try table.columns(of: ["id", "actions"])
    var items: [DatasetItem] = []
    try table.forEachRow(atLeast: (columns.max() ?? 0) + 1) { row throws(DatasetListError) in
      var classes: Set<Int> = []
      for action in row.fields[columns[1]].split(separator: ";") {
        let words = action.split(separator: " ")
        guard let name = words.first else { continue }
        classes.insert(try classNumber(String(name), row.line))
      }
      items.append(
        DatasetItem(
          path: try path(row.fields[columns[0]], row.line), labels: classes.sorted().map { .number($0) }, line: row.line
        ))
    }
    return withEndings(items)
  }

  /// The frames from one time to another or to the end, one at least; none if the end is not behind the begin.
  private func frames(from start: Double, to end: Double, of total: Double) -> Range<Int> {
    let rate = annotation.frameRate
    let first = Int(min(start * rate, 1e9))
    guard end > start else { return first..<first }
    let count = Int(max(min(min(end, total) * rate - start * rate, 1e9), 0))
    return first..<first + max(count, 1)
  }

  private func path(_ video: String, _ line: Int) throws(DatasetListError) -> String {
    guard !video.isEmpty else { throw annotation.error(line: line, "the row has no name of a video") }
    return annotation.resolve(video)
  }

  private func seconds(_ field: String, _ column: String, _ line: Int) throws(DatasetListError) -> Double {
    guard let value = Double(field), value.isFinite, value >= 0 else {
      throw annotation.error(line: line, "\(column) is “\(field)”; wanted: a number of seconds")
    }
    return value
  }

  /// The number in `c042`.
  private func classNumber(_ label: String, _ line: Int) throws(DatasetListError) -> Int {
    guard let number = CharadesTable.number(ofClass: label) else {
      throw annotation.error(line: line, "“\(label)” is no class of Charades; wanted: one such as c042")
    }
    return number
  }

  /// The number of a class that is called `c042`; `nil` if it is called otherwise.
  static func number(ofClass label: some StringProtocol) -> Int? {
    let digits = Array(label.utf8.dropFirst())
    guard label.utf8.first == UInt8(ascii: "c"), digits.count == 3, digits.allSatisfy(ByteText.isDigit) else {
      return nil
    }
    return ByteText.number(digits, digits.indices)
  }

  /// Folders of images have their names as they are; if they are no folders but videos, these end in `.mp4`.
  private func withEndings(_ items: [DatasetItem]) -> [DatasetItem] {
    let tried = items.prefix(2000)
    guard !tried.contains(where: { FileKind(at: $0.path) != nil }),
      tried.contains(where: { FileKind(at: $0.path + ".mp4") == .file })
    else { return items }
    return items.map { item in
      var item = item
      item.path += ".mp4"
      return item
    }
  }
}
