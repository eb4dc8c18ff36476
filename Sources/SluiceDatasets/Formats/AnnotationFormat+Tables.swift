internal import SluicePlatform

// Comma-separated values
extension AnnotationFormat {
  /// Paths and labels between commas.
  public static let csv: AnnotationFormat = AnnotationFormat(
    "csv", "CSV `path,label`; with a header also the columns start, end (seconds) and caption"
  ) { annotation in
    guard case .text = annotation.content, let first = annotation.lines.first else { return .no }
    let header = TableFacts.fields(first.text)
    if TableFacts.pathColumn(header) != nil, !header.contains(where: { $0.contains(".") }) { return .certain }
    return annotation.lines.allSatisfy(TableFacts.isPathAndLabel) ? .likely : .no
  } read: { annotation throws(DatasetListError) in
    try PathTable(annotation, try annotation.text(for: "csv")).items()
  }

  /// Kinetics' lists of clips.
  public static let kinetics: AnnotationFormat = AnnotationFormat(
    "kinetics", "Kinetics' CSV `label,youtube_id,time_start,time_end,split`"
  ) { annotation in
    TableFacts.hasColumns(["youtube_id", "time_start", "time_end"], annotation) ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try KineticsTable(annotation, try annotation.text(for: "kinetics")).items()
  }

  /// WebVid's CSV: `page_dir/videoid.mp4`, or as a template says, with its name as caption.
  public static let webvid: AnnotationFormat = AnnotationFormat(
    "webvid", "WebVid's CSV `videoid,contentUrl,duration,page_dir,name`", takesPathTemplate: true
  ) { annotation in
    // Most of its columns: one that is missing or called otherwise is named when it is read.
    TableFacts.count(of: ["videoid", "contentUrl", "duration", "page_dir", "name"], annotation) >= 3 ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    let table = try CSVTable(try annotation.text(for: "webvid"))
    return try VideoTable(annotation, table, video: "videoid", caption: "name", template: .webvid).items()
  }
}

/// What shows of a table in its first lines.
enum TableFacts {
  private static let pathNames: Set<String> = [
    "path", "file", "filename", "file_name", "video", "video_path", "filepath",
  ]

  /// The fields of a line without quoted line ends.
  static func fields(_ line: String) -> [String] {
    guard let text = try? TextBytes(Array(line.utf8), ""), case var reader = CSVReader(text) else { return [] }
    return (try? reader.next())?.fields ?? []
  }

  static func hasColumns(_ names: [String], _ annotation: Annotation) -> Bool {
    count(of: names, annotation) == names.count
  }

  /// How many of the columns there are.
  static func count(of names: [String], _ annotation: Annotation) -> Int {
    guard let first = annotation.lines.first else { return 0 }
    let header = Set(fields(first.text))
    return names.count(where: header.contains)
  }

  /// The column of a header that names files.
  static func pathColumn(_ header: [String]) -> Int? { column(header, pathNames) }

  static func column(_ header: [String], _ names: Set<String>) -> Int? {
    header.firstIndex { names.contains($0.lowercased()) }
  }

  /// Whether a line without header is a path, a comma and a label.
  static func isPathAndLabel(_ line: SampledLine) -> Bool {
    guard !line.isTabbed else { return false }
    let fields = fields(line.text).map { Array($0.utf8) }
    guard fields.count >= 2 else { return false }
    if ByteText.looksLikeFile(fields[0], fields[0].indices) {
      return !ByteText.looksLikePath(fields[1], fields[1].indices)
    }
    // A folder of images has no ending; a list of numbers has a blank before it.
    return fields.count == 2 && line.columns.count == 1 && ByteText.number(fields[1], fields[1].indices) != nil
  }

  /// Whether a file with the ending `.csv` holds columns that no format knows.
  static func isUnknownTable(_ annotation: Annotation) -> Bool {
    guard annotation.path.lowercased().hasSuffix(".csv"), let first = annotation.lines.first else { return false }
    return fields(first.text).count > 1
  }

  /// Whether it names videos of another list, and says nothing of them.
  static func isSelection(_ annotation: Annotation) -> Bool {
    annotation.lines.first.map { VideoSelection.isHeader($0.text) } ?? false
  }
}

/// The rows of a table of paths, with or without a header.
private struct PathTable {
  private let annotation: Annotation
  private let text: TextBytes
  private var path = 0
  private var label: Int? = 1
  private var times: (start: Int, end: Int)?
  private var caption: Int?
  private let hasHeader: Bool

  init(_ annotation: Annotation, _ text: TextBytes) throws(DatasetListError) {
    self.annotation = annotation
    self.text = text
    let header = annotation.lines.first.map { TableFacts.fields($0.text) } ?? []
    guard let path = TableFacts.pathColumn(header) else {
      hasHeader = false
      return
    }
    hasHeader = true
    self.path = path
    label = TableFacts.column(header, ["label", "class", "class_id", "label_id", "category"])
    caption = TableFacts.column(header, ["caption", "text", "sentence"])
    let start = TableFacts.column(header, ["start", "start_time", "time_start"])
    let end = TableFacts.column(header, ["end", "end_time", "time_end"])
    if let start, let end { times = (start, end) }
  }

  func items() throws(DatasetListError) -> [DatasetItem] {
    var reader = CSVReader(text)
    var isHeader = hasHeader
    var items: [DatasetItem] = []
    while let row = try reader.next() {
      if row.fields[0].utf8.first == LineReader.commentMark { continue }
      if isHeader {
        isHeader = false
        continue
      }
      items.append(try item(row))
    }
    return items
  }

  private func item(_ row: CSVReader.Row) throws(DatasetListError) -> DatasetItem {
    let last = max(path, label ?? 0, times?.start ?? 0, times?.end ?? 0, caption ?? 0)
    guard last < row.fields.count, !row.fields[path].isEmpty else {
      throw annotation.error(line: row.line, "\(row.fields.count) fields; wanted: \(last + 1), the path among them")
    }
    var item = DatasetItem(path: annotation.resolve(row.fields[path]), line: row.line)
    if let label { item.labels = try annotation.label(row.fields[label], line: row.line) }
    if let caption { item.captions = [row.fields[caption]] }
    if let times { item.part = try annotation.seconds(row.fields[times.start], row.fields[times.end], line: row.line) }
    return item
  }
}

extension Annotation {
  /// The class in a field of a table; none if it is empty.
  func label(_ field: String, line: Int) throws(DatasetListError) -> [DatasetLabel] {
    let bytes = Array(field.utf8)
    guard let number = ByteText.number(bytes, ByteText.trimmed(bytes, bytes.indices)) else {
      return field.isEmpty ? [] : [.name(field)]
    }
    guard (0...DatasetLabel.largestNumber).contains(number) else {
      throw error(line: line, "label \(field); class numbers begin at 0 and end at \(DatasetLabel.largestNumber)")
    }
    return [.number(number)]
  }

  /// The part between two times in fields of a table.
  func seconds(_ first: String, _ last: String, line: Int) throws(DatasetListError) -> ClipPart {
    guard let start = Double(first), let end = Double(last), start.isFinite, end.isFinite, start >= 0, end > start
    else {
      throw error(line: line, "start and end are “\(first)” and “\(last)”; wanted: seconds with 0 ≤ start < end")
    }
    return .seconds(start..<end)
  }
}
