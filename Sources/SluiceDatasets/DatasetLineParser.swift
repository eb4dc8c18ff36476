/// Splits one line of a list into its columns.
struct DatasetLineParser {
  struct Problem: Error {
    let reason: String
  }

  let format: DatasetListFormat

  func item(_ line: String) throws -> DatasetItem {
    var (columns, isTabbed) = (DatasetLineParser.tabbed(line), true)
    if columns.count < 2 { (columns, isTabbed) = (try blankSeparated(line), false) }
    if format.kind == .path { columns = [DatasetLineParser.trimmed(Substring(line))] }
    switch columns.count {
    case 1:
      guard format.kind == .automatic || format.kind == .path else { throw missing(1) }
      return DatasetItem(path: columns[0])
    case 2:
      if format.kind == .pathSecondsLabel { throw missing(2) }
      return DatasetItem(path: columns[0], labels: try labels(columns[1]))
    case 4:
      return DatasetItem(
        path: columns[0], seconds: try seconds(columns[1], columns[2]), labels: try labels(columns[3]))
    default:
      throw Problem(
        reason: "\(columns.count) columns\(isTabbed ? " separated by tabs" : ""); "
          + "wanted: path, path label, or path start end label")
    }
  }

  private func missing(_ count: Int) -> Problem {
    let wanted = format.kind == .pathLabel ? "path label" : "path start end label"
    return Problem(reason: "\(count) column\(count == 1 ? "" : "s"), the format says \(wanted)")
  }

  private static func tabbed(_ line: String) -> [String] {
    var columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(trimmed)
    while columns.last == "" { columns.removeLast() }
    return columns
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// Splits at the last blanks; what stands before them is the path, with all its spaces.
  private func blankSeparated(_ line: String) throws -> [String] {
    let line = DatasetLineParser.trimmed(Substring(line))
    // A blank after a comma belongs to the list of labels.
    let label = DatasetLineParser.beforeLastBlank(line)
    switch format.kind {
    case .path: return [line]
    case .pathLabel:
      guard let label else { return [line] }
      return [label.before, label.last]
    case .pathSecondsLabel:
      guard let label, let end = DatasetLineParser.beforeLastBlank(label.before),
        let start = DatasetLineParser.beforeLastBlank(end.before)
      else { return [line] }
      return [start.before, start.last, end.last, label.last]
    case .automatic:
      guard let label, !DatasetLineParser.looksLikePath(label.last) else { return [line] }
      if let end = DatasetLineParser.beforeLastBlank(label.before), Double(end.last) != nil,
        let start = DatasetLineParser.beforeLastBlank(end.before), Double(start.last) != nil
      {
        return [start.before, start.last, end.last, label.last]
      }
      return [label.before, label.last]
    }
  }

  private static func beforeLastBlank(_ text: String) -> (before: String, last: String)? {
    guard let blank = text.lastIndex(where: { $0 == " " }) else { return nil }
    let before = trimmed(text[..<blank])
    return before.isEmpty ? nil : (before, String(text[text.index(after: blank)...]))
  }

  /// Whether the text ends like a file: a dot and a short word that is no number, or a slash.
  private static func looksLikePath(_ text: String) -> Bool {
    if text.last == "/" { return true }
    guard let dot = text.lastIndex(of: ".") else { return false }
    let ending = text[text.index(after: dot)...]
    return (1...5).contains(ending.count) && ending.allSatisfy { $0.isLetter || $0.isNumber }
      && ending.contains(where: \.isLetter)
  }

  private func seconds(_ first: String, _ last: String) throws -> Range<Double> {
    guard let start = Double(first), let end = Double(last), start.isFinite, end.isFinite else {
      throw Problem(
        reason: "start and end are \u{201C}\(first)\u{201D} and \u{201C}\(last)\u{201D}, wanted: two numbers of seconds"
      )
    }
    guard start >= 0, end > start else {
      throw Problem(
        reason: "the part from \(first) s to \(last) s is empty or begins before the video; wanted: 0 ≤ start < end")
    }
    return start..<end
  }

  private func labels(_ text: String) throws -> [DatasetLabel] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(DatasetLineParser.trimmed)
    // A name may hold commas of its own: only numbers are a list for certain, names only without blanks after commas.
    if parts.count > 1, parts.allSatisfy({ Int($0) != nil }) || !text.contains(", ") {
      return try parts.map(label)
    }
    return [try label(text)]
  }

  private func label(_ text: String) throws -> DatasetLabel {
    guard !text.isEmpty else { throw Problem(reason: "an empty label; wanted: a class number or name") }
    guard let number = Int(text) else { return .name(text) }
    guard number >= 0 else { throw Problem(reason: "label \(number); class numbers begin at 0") }
    return .number(number)
  }
}
