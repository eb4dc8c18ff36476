internal import SluicePlatform

// BIKE's lists
extension AnnotationFormat {
  /// The first line shows which of two forms all lines have; a single blank stands between their fields.
  public static let bike: AnnotationFormat = AnnotationFormat(
    "bike", "BIKE's lines `path frames label` or `path label`: all as the first, a single blank apart"
  ) { _ in
    // What such lists hold, `lines` and `frame-folders` read too; by this name every line is held to the form.
    .no
  } read: { annotation throws(DatasetListError) in
    try BIKELines(annotation, annotation.text(for: "bike")).items()
  }

  /// Charades' list of actions to learn from: each row is a part of a video with its one class.
  public static let charades: AnnotationFormat = AnnotationFormat(
    "charades", "Charades' CSV `video_id,label,start_time,end_time,total_time`; its class file goes to --classes"
  ) { annotation in
    TableFacts.hasColumns(["video_id", "label", "start_time", "end_time"], annotation) ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try CharadesTable(annotation, annotation.text(for: "charades")).intervals()
  }

  /// Charades' official list of videos, each with the classes of all its actions.
  public static let charadesVideos: AnnotationFormat = AnnotationFormat(
    "charades-videos", "Charades' CSV of whole videos, with the columns `id` and `actions` among eleven"
  ) { annotation in
    TableFacts.hasColumns(["id", "actions", "length"], annotation) ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try CharadesTable(annotation, annotation.text(for: "charades-videos")).videos()
  }
}

/// The lines of a list in one of BIKE's two forms.
struct BIKELines {
  private let annotation: Annotation
  private let text: TextBytes

  init(_ annotation: Annotation, _ text: TextBytes) {
    self.annotation = annotation
    self.text = text
  }

  /// A line's fields between blanks.
  private struct Line {
    let number: Int
    let fields: [Range<Int>]
  }

  /// All samples of the list.
  /// - Throws: ``DatasetListError`` with the line that is not of the form of the first.
  func items() throws(DatasetListError) -> [DatasetItem] {
    var items: [DatasetItem] = []
    var first: Line?
    for line in text.lines {
      let range = ByteText.trimmed(text.bytes, line.range)
      guard let start = range.first, text.bytes[start] != LineReader.commentMark else { continue }
      let line = Line(number: line.number, fields: fields(range))
      try check(line, first)
      first = first ?? line
      items.append(try item(line))
    }
    return items
  }

  /// The words of a line; none between two blanks that follow each other.
  private func fields(_ line: Range<Int>) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start = line.lowerBound
    for offset in line where ByteText.isBlank(text.bytes[offset]) {
      fields.append(start..<offset)
      start = offset + 1
    }
    return fields + [start..<line.upperBound]
  }

  private func check(_ line: Line, _ first: Line?) throws(DatasetListError) {
    if line.fields.contains(where: \.isEmpty) {
      throw annotation.error(
        line: line.number, "two blanks follow each other; wanted: one between the fields, and none in the path")
    }
    guard let first else {
      guard line.fields.count == 2 || line.fields.count == 3 else {
        throw annotation.error(
          line: line.number,
          "\(line.fields.count) field\(line.fields.count == 1 ? "" : "s"); wanted: `path frames label` or `path label`, and no "
            + "blank in the path")
      }
      return
    }
    guard line.fields.count == first.fields.count else {
      throw annotation.error(
        line: line.number,
        "\(line.fields.count) field\(line.fields.count == 1 ? "" : "s"), and line \(first.number), the first, has "
          + "\(first.fields.count): wanted is \(form(first)) on every line")
    }
  }

  private func form(_ line: Line) -> String { line.fields.count == 3 ? "`path frames label`" : "`path label`" }

  private func item(_ line: Line) throws(DatasetListError) -> DatasetItem {
    let words = line.fields.map { ByteText.text(text.bytes, $0) }
    var item = DatasetItem(path: annotation.resolve(words[0]), line: line.number)
    if line.fields.count == 3 {
      guard let count = ByteText.number(text.bytes, line.fields[1]), (0...Int(Int32.max)).contains(count) else {
        throw annotation.error(
          line: line.number, "“\(words[1])” is no number of frames; wanted: `path frames label`, both numbers from 0")
      }
      item.frameCount = count
    }
    item.labels = try annotation.label(words[words.count - 1], line: line.number)
    return item
  }
}
