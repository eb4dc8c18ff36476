internal import SluicePlatform

/// Splits the lines of a list into samples.
///
/// A line with a tab is split at tabs, any other at its last blanks, so that a path may hold spaces. Several labels are
/// separated by commas. Blank lines, and lines that begin with `#`, do not count.
struct LineReader {
  /// What the columns of a line mean.
  enum Columns {
    /// Each line shows it: by its tabs, else `path start end label` if two numbers stand before the label, `path label`
    /// if the last word cannot belong to the path, and `path` otherwise.
    case any
    case path
    case pathLabel
    case pathSecondsLabel
    /// A folder or file, the frames it has, and its label.
    case pathCountLabel
    /// A folder or file, its first frame, the number of frames from there on (−1: all), and its label if there is one.
    case pathStartTotalLabel
    /// What stands behind the label is not read; a path without ending gets `.mp4`.
    case pathLabelExtra
  }

  static let commentMark: UInt8 = UInt8(ascii: "#")

  private let annotation: Annotation
  private let text: TextBytes
  private let columns: Columns
  // What frame numbers begin at.
  private let firstFrame: Int
  // Samples of the same class share the memory of their labels.
  private var numbers: [Int: [DatasetLabel]] = [:]
  private var names: [ExactText: [DatasetLabel]] = [:]

  init(_ annotation: Annotation, _ text: TextBytes, _ columns: Columns) {
    self.annotation = annotation
    self.text = text
    self.columns = columns
    let starts = annotation.lines.compactMap { ($0.numbers(last: 3) ?? $0.numbers(last: 2))?.first }
    firstFrame = (starts.min() ?? 0) > 0 ? 1 : 0
  }

  /// All samples of the list.
  /// - Throws: ``DatasetListError`` with the line that is not of the form.
  mutating func items() throws(DatasetListError) -> [DatasetItem] {
    var items: [DatasetItem] = []
    items.reserveCapacity(text.bytes.count { $0 == 0x0A } + 1)
    for line in text.lines {
      let range = ByteText.trimmed(text.bytes, line.range)
      guard let first = range.first, text.bytes[first] != LineReader.commentMark else { continue }
      do throws(Problem) {
        items.append(try item(range, line.number))
      } catch {
        throw annotation.error(line: line.number, error.reason)
      }
    }
    return items
  }

  struct Problem: Error {
    let reason: String
  }

  /// The columns of a line without blanks at its ends: between tabs if it has some, else between blanks.
  static func columns(_ bytes: [UInt8], _ line: Range<Int>, isTabbed: Bool) -> [Range<Int>] {
    var columns: [Range<Int>] = []
    var start = line.lowerBound
    for offset in line where bytes[offset] == 0x09 || !isTabbed && bytes[offset] == 0x20 {
      columns.append(ByteText.trimmed(bytes, start..<offset))
      start = offset + 1
    }
    columns.append(ByteText.trimmed(bytes, start..<line.upperBound))
    return isTabbed ? columns : columns.filter { !$0.isEmpty }
  }

  private mutating func item(_ line: Range<Int>, _ number: Int) throws(Problem) -> DatasetItem {
    let bytes = text.bytes
    let isTabbed = bytes[line].contains(0x09)
    if columns == .path { return DatasetItem(path: path(line), line: number) }
    let fields = isTabbed ? LineReader.columns(bytes, line, isTabbed: true) : blankSeparated(line)
    var item = DatasetItem(path: "", line: number)
    switch (columns, fields.count) {
    case (.any, 1): break
    case (.any, 2), (.pathLabel, 2): item.labels = try labels(fields[1])
    case (.any, 4), (.pathSecondsLabel, 4):
      item.part = .seconds(try seconds(fields[1], fields[2]))
      item.labels = try labels(fields[3])
    case (.pathCountLabel, 3):
      guard let count = ByteText.number(bytes, fields[1]), (0...Int(Int32.max)).contains(count) else {
        throw Problem(reason: "“\(string(fields[1]))” is no number of frames; wanted: \(wanted)")
      }
      item.frameCount = count
      item.labels = try labels(fields[2])
    case (.pathStartTotalLabel, 3), (.pathStartTotalLabel, 4):
      (item.part, item.frameCount) = try frames(fields[1], fields[2])
      if fields.count == 4 { item.labels = try labels(fields[3]) }
    case (.pathLabelExtra, 2...): item.labels = try labels(fields[1])
    default:
      let split = isTabbed ? " separated by tabs" : ""
      throw Problem(reason: "\(fields.count) column\(fields.count == 1 ? "" : "s")\(split); wanted: \(wanted)")
    }
    try refuseComment(fields)
    item.path = columns == .pathLabelExtra ? video(fields[0]) : path(fields[0])
    return item
  }

  private var wanted: String {
    switch columns {
    case .any: "path, path label, or path start end label"
    case .path: "path"
    case .pathLabel: "path label"
    case .pathSecondsLabel: "path start end label"
    case .pathCountLabel: "path frames label, both numbers from 0"
    case .pathStartTotalLabel: "path start total label"
    case .pathLabelExtra: "path label, and whatever else"
    }
  }

  private func string(_ range: Range<Int>) -> String { ByteText.text(text.bytes, range) }

  private func path(_ range: Range<Int>) -> String { annotation.resolve(string(range)) }

  /// A path without ending is that of an MP4 file, unless something stands there.
  private func video(_ range: Range<Int>) -> String {
    let path = path(range)
    let isWhole = ByteText.looksLikePath(text.bytes, range) || FileKind(at: path) != nil
    return isWhole ? path : path + ".mp4"
  }

  /// Splits at the last blanks; what stands before them is the path, with all its spaces.
  private func blankSeparated(_ line: Range<Int>) -> [Range<Int>] {
    let bytes = text.bytes
    switch columns {
    case .path: return [line]
    case .pathLabel: return split(line, last: 1) ?? [line]
    case .pathSecondsLabel: return split(line, last: 3) ?? [line]
    case .pathCountLabel: return split(line, last: 2) ?? [line]
    case .pathStartTotalLabel:
      let four = split(line, last: 3)
      if let four, four.dropFirst().allSatisfy({ ByteText.number(bytes, $0) != nil }) { return four }
      return split(line, last: 2) ?? four ?? [line]
    case .pathLabelExtra: return LineReader.columns(bytes, line, isTabbed: false)
    case .any:
      guard let two = split(line, last: 1), !ByteText.looksLikePath(bytes, two[1]) else { return [line] }
      if let four = split(line, last: 3), ByteText.real(bytes, four[1]) != nil, ByteText.real(bytes, four[2]) != nil {
        return four
      }
      return two
    }
  }

  /// The last `count` words, and what stands before them; `nil` if nothing does.
  private func split(_ line: Range<Int>, last count: Int) -> [Range<Int>]? {
    let bytes = text.bytes
    var fields: [Range<Int>] = []
    var rest = line
    for _ in 0..<count {
      var start = rest.upperBound
      while start > rest.lowerBound, bytes[start - 1] != 0x20 { start -= 1 }
      guard start > rest.lowerBound else { return nil }
      fields.append(start..<rest.upperBound)
      rest = ByteText.trimmed(bytes, rest.lowerBound..<start)
      guard !rest.isEmpty else { return nil }
    }
    fields.append(rest)
    return fields.reversed()
  }

  private func seconds(_ first: Range<Int>, _ last: Range<Int>) throws(Problem) -> Range<Double> {
    guard let start = ByteText.real(text.bytes, first), let end = ByteText.real(text.bytes, last) else {
      throw Problem(
        reason: "start and end are “\(string(first))” and “\(string(last))”, wanted: two numbers of seconds")
    }
    guard start >= 0, end > start else {
      throw Problem(
        reason: "the part from \(string(first)) s to \(string(last)) s is empty or begins before the video; "
          + "wanted: 0 ≤ start < end")
    }
    return start..<end
  }

  private func frames(_ first: Range<Int>, _ last: Range<Int>) throws(Problem) -> (ClipPart?, Int?) {
    let bytes = text.bytes
    guard let start = ByteText.number(bytes, first), let total = ByteText.number(bytes, last),
      start >= firstFrame, start <= Int(Int32.max), total == -1 || (1...Int(Int32.max)).contains(total)
    else {
      throw Problem(
        reason: "the first frame and their number are “\(string(first))” and “\(string(last))”; wanted: a frame from "
          + "\(firstFrame) on, and how many there are, or -1 for all")
    }
    let begin = start - firstFrame
    if total == -1 { return (begin == 0 ? nil : .frames(begin..<Int.max), nil) }
    return (.frames(begin..<begin + total), nil)
  }

  private mutating func labels(_ field: Range<Int>) throws(Problem) -> [DatasetLabel] {
    let bytes = text.bytes
    guard bytes[field].contains(UInt8(ascii: ",")) else { return shared(try label(field)) }
    var parts: [Range<Int>] = []
    var start = field.lowerBound
    for offset in field where bytes[offset] == UInt8(ascii: ",") {
      parts.append(ByteText.trimmed(bytes, start..<offset))
      start = offset + 1
    }
    parts.append(ByteText.trimmed(bytes, start..<field.upperBound))
    // A name may hold commas of its own: only numbers are a list for certain, names only without blanks after commas.
    let areNumbers = parts.allSatisfy { ByteText.number(bytes, $0) != nil }
    guard areNumbers || !string(field).contains(", ") else { return shared(try label(field)) }
    var labels: [DatasetLabel] = []
    for part in parts { labels.append(try label(part)) }
    return labels
  }

  private mutating func shared(_ label: DatasetLabel) -> [DatasetLabel] {
    func known<Key: Hashable>(_ labels: inout [Key: [DatasetLabel]], _ key: Key) -> [DatasetLabel] {
      if let known = labels[key] { return known }
      let labeled = [label]
      labels[key] = labeled
      return labeled
    }
    return switch label {
    case .number(let number): known(&numbers, number)
    case .name(let name): known(&names, ExactText(name))
    }
  }

  private func label(_ field: Range<Int>) throws(Problem) -> DatasetLabel {
    guard !field.isEmpty else { throw Problem(reason: "an empty label; wanted: a class number or name") }
    guard let number = ByteText.number(text.bytes, field) else { return .name(string(field)) }
    guard (0...DatasetLabel.largestNumber).contains(number) else {
      throw Problem(
        reason: "label \(string(field)); class numbers begin at 0 and end at \(DatasetLabel.largestNumber)")
    }
    return .number(number)
  }

  /// A comment behind a sample would become its label.
  private func refuseComment(_ fields: [Range<Int>]) throws(Problem) {
    let isMark = { (offset: Int?) in offset.map { text.bytes[$0] == LineReader.commentMark } ?? false }
    guard fields.dropFirst().contains(where: { isMark($0.first) }) || fields.count > 1 && isMark(fields[0].last) else {
      return
    }
    throw Problem(reason: "a comment stands behind a sample; comments have lines of their own, which begin with #")
  }
}
