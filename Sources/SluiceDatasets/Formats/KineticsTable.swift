internal import SluicePlatform

/// The rows of Kinetics' CSV, and the names under which the clips were saved.
///
/// The list names videos of a platform and times in them; what is on the disk depends on the program that fetched them.
/// The first rows whose clip is there decide for all.
struct KineticsTable {
  private let annotation: Annotation
  private let table: CSVTable
  private let label: Int?
  private let split: Int?
  private let columns: [Int]

  /// How clips may have been saved.
  private enum Saving: CaseIterable {
    case classAndTimes
    case times
    case splitClassAndTimes
    case splitAndTimes
    case classAndName
    case name

    /// Whether the file is the whole video, of which the times are a part.
    var isWhole: Bool { self == .classAndName || self == .name }
  }

  private struct Clip {
    let label: String
    let split: String
    let video: String
    let start: String
    let end: String
    let line: Int
  }

  /// Rows that are tried before it is said that nothing is there.
  private static let triedRows = 2000

  init(_ annotation: Annotation, _ text: TextBytes) throws(DatasetListError) {
    self.annotation = annotation
    table = try CSVTable(text)
    columns = try table.columns(of: ["youtube_id", "time_start", "time_end"])
    // Test lists have no labels.
    label = table.header.firstIndex(of: "label")
    split = table.header.firstIndex(of: "split")
  }

  func items() throws(DatasetListError) -> [DatasetItem] {
    var clips: [Clip] = []
    try table.forEachRow(atLeast: max(columns.max() ?? 0, label ?? 0, split ?? 0) + 1) { row throws(DatasetListError) in
      let field = { (column: Int?) in column.map { row.fields[$0] } ?? "" }
      clips.append(
        Clip(
          label: field(label), split: field(split), video: field(columns[0]), start: field(columns[1]),
          end: field(columns[2]), line: row.line))
    }
    let (saving, ending) = try found(clips)
    var items: [DatasetItem] = []
    items.reserveCapacity(clips.count)
    for clip in clips {
      let path = try path(clip, saving) + ending
      var item = DatasetItem(path: annotation.resolve(path), line: clip.line)
      if !clip.label.isEmpty { item.labels = [.name(clip.label)] }
      if saving.isWhole { item.part = try annotation.seconds(clip.start, clip.end, line: clip.line) }
      items.append(item)
    }
    return items
  }

  /// How the clips were saved, by the first that is there.
  private func found(_ clips: [Clip]) throws(DatasetListError) -> (Saving, String) {
    let endings = [".mp4", ".mkv", ".webm", ".avi"]
    for clip in clips.prefix(Self.triedRows) {
      for saving in Saving.allCases {
        let path = try path(clip, saving)
        for ending in endings where annotation.kind(of: path + ending) == .file { return (saving, ending) }
      }
    }
    guard let first = clips.first else { return (.classAndTimes, endings[0]) }
    var tried: [String] = []
    for saving in Saving.allCases { tried.append(annotation.resolve(try path(first, saving)) + endings[0]) }
    throw annotation.error(
      line: first.line,
      "none of the first \(min(clips.count, Self.triedRows)) clips is there. Tried were \(tried[0]), "
        + tried.dropFirst().joined(separator: ", ") + " and their like; say with --root where the videos are")
  }

  private func path(_ clip: Clip, _ saving: Saving) throws(DatasetListError) -> String {
    let (start, end) = (padded(clip.start), padded(clip.end))
    guard let start, let end else {
      throw annotation.error(
        line: clip.line, "the times are “\(clip.start)” and “\(clip.end)”; wanted: two numbers of seconds")
    }
    let name = "\(clip.video)_\(start)_\(end)"
    return switch saving {
    case .classAndTimes: "\(clip.label)/\(name)"
    case .times: name
    case .splitClassAndTimes: "\(clip.split)/\(clip.label)/\(name)"
    case .splitAndTimes: "\(clip.split)/\(name)"
    case .classAndName: "\(clip.label)/\(clip.video)"
    case .name: clip.video
    }
  }

  /// Whole seconds in six digits, as in the names of saved clips.
  private func padded(_ seconds: String) -> String? {
    guard let value = Double(seconds), value >= 0, value < 1e6 else { return nil }
    return Int(value).padded(to: 6)
  }
}
