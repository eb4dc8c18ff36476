internal import SluicePlatform

/// The names of videos that are wanted of a list, as the 9000 of MSR-VTT's 10 000 that its 1k-A protocol trains on.
///
/// ```swift
/// let selection = try VideoSelection(contentsOf: "MSRVTT_train.9k.csv")
/// let list = try DatasetList(contentsOf: "MSR_VTT.json", only: selection)
/// ```
public struct VideoSelection: Sendable, Hashable {
  /// The file they are from.
  public let path: String
  /// The names in the order of the file, each once.
  public let names: [String]

  private static let columns: Set<String> = ["video_id", "videoid"]

  /// Reads a table with a column `video_id`, `videoid` or `path`, or a name on each line.
  /// - Throws: ``DatasetListError`` with the line; without names too.
  public init(contentsOf path: String) throws(DatasetListError) {
    let text = try TextBytes(contentsOf: path)
    guard !JSONFacts.isJSON(text) else {
      throw DatasetListError(
        path: path, line: nil, reason: "is JSON; wanted: a table with a column “video_id”, or a name on each line")
    }
    var known: Set<ExactText> = []
    let names = try VideoSelection.names(in: text).filter { known.insert(ExactText($0)).inserted }
    guard !names.isEmpty else {
      throw DatasetListError(
        path: path, line: nil, reason: "names no video; wanted: a column “video_id”, or a name on each line")
    }
    self.path = path
    self.names = names
  }

  /// Whether a line is the header of a table of nothing but names.
  static func isHeader(_ line: String) -> Bool {
    let header = TableFacts.fields(line)
    return header.count == 1 && columns.contains(header[0].lowercased())
  }

  private static func names(in text: TextBytes) throws(DatasetListError) -> [String] {
    let table = try CSVTable(text)
    guard let column = TableFacts.column(table.header, columns) ?? TableFacts.pathColumn(table.header) else {
      // Of several columns one has to be known; a name without a header may hold commas.
      if table.header.count > 1, text.path.lowercased().hasSuffix(".csv") { _ = try table.columns(of: ["video_id"]) }
      var names: [String] = []
      for line in text.lines {
        let range = ByteText.trimmed(text.bytes, line.range)
        guard let first = range.first, text.bytes[first] != LineReader.commentMark else { continue }
        names.append(ByteText.text(text.bytes, range))
      }
      return names
    }
    var names: [String] = []
    try table.forEachRow(atLeast: column + 1) { row throws(DatasetListError) in
      guard !row.fields[column].isEmpty else {
        throw DatasetListError(path: text.path, line: row.line, reason: "the row names no video to choose")
      }
      names.append(row.fields[column])
    }
    return names
  }

  /// The items that are named, in the order of the list, and how many names are of none of them.
  ///
  /// A name is what the list calls the video, its path, its file, or one of these without the ending.
  /// - Parameter root: what was put in front of the paths of the list.
  /// - Throws: ``DatasetListError`` if none of them is named.
  func chosen(
    of items: [DatasetItem], in list: String, root: String?
  ) throws(DatasetListError) -> (
    items: [DatasetItem], note: String?
  ) {
    let numbers = Dictionary(names.enumerated().map { (ExactText($1), $0) }) { first, _ in first }
    var isFound = [Bool](repeating: false, count: names.count)
    let prefix = root.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
    let chosen = items.filter { item in
      let found = VideoSelection.names(of: item, prefix).compactMap { numbers[ExactText($0)] }
      for number in found { isFound[number] = true }
      return !found.isEmpty
    }
    guard !chosen.isEmpty else {
      throw DatasetListError(
        path: path, line: nil,
        reason: "none of its \(names.count) videos is in \(list): it names “\(names[0])”, and the list begins with "
          + "“\(items[0].path)”")
    }
    let missing = names.indices.filter { !isFound[$0] }.map { "“\(names[$0])”" }
    guard !missing.isEmpty else { return (chosen, nil) }
    let shown = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
    return (chosen, "\(missing.count) of the \(names.count) videos of \(path) are not in \(list): \(shown)")
  }

  /// What a video may be called.
  private static func names(of item: DatasetItem, _ prefix: String) -> [String] {
    let path = item.path
    let own = !prefix.isEmpty && path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    let file = own.split(separator: "/").last.map(String.init) ?? own
    let names = [item.name, path, own, withoutEnding(own), file, withoutEnding(file)].compactMap(\.self)
    var known: Set<ExactText> = []
    return names.filter { known.insert(ExactText($0)).inserted }
  }

  private static func withoutEnding(_ path: String) -> String {
    let bytes = Array(path.utf8)
    guard ByteText.looksLikeFile(bytes, bytes.indices), let dot = path.lastIndex(of: ".") else { return path }
    return String(path[..<dot])
  }
}
