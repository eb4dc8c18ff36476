internal import SluicePlatform

// Lines of text
extension AnnotationFormat {
  /// Each line shows by itself which of three forms it has.
  public static let lines: AnnotationFormat = ofLines(
    "lines", "lines `path`, `path label` or `path start end label` (seconds), each as it shows", .any
  ) { annotation in
    guard case .text(let text) = annotation.content, !JSONFacts.isJSON(text) else { return .no }
    return TableFacts.isUnknownTable(annotation) || TableFacts.isSelection(annotation) ? .no : .fallback
  }

  /// Each line is a path, whatever it holds.
  public static let path: AnnotationFormat = ofLines("path", "lines `path`, whatever they hold", .path)

  /// The last column is the label.
  public static let pathLabel: AnnotationFormat = ofLines("path-label", "lines `path label`", .pathLabel)

  /// The last three columns are start, end and label.
  public static let pathSecondsLabel: AnnotationFormat = ofLines(
    "path-seconds-label", "lines `path start end label`, times in seconds", .pathSecondsLabel
  ) { annotation in
    // Without doubt about their meaning, `lines` reads such lines.
    startTotal(annotation) == .likely ? .likely : .no
  }

  /// The first frame and the number of frames stand before the label.
  public static let pathStartTotalLabel: AnnotationFormat = ofLines(
    "path-start-total-label", "VideoMAE's lines `path start total label` or `path start total`, frames; total -1: all",
    .pathStartTotalLabel, recognize: startTotal)

  /// Columns behind the label are not read; a path without ending gets `.mp4`, unless something stands there.
  public static let pathLabelExtra: AnnotationFormat = ofLines(
    "path-label-extra", "VideoMAE's lines `path label …`, further columns not read", .pathLabelExtra
  ) { annotation in
    holdsForAll(annotation) { line in
      line.columns.count >= 3 && !line.isTabbed && line.columns[0].isFile && line.columns[1].number != nil
        && line.numbers(last: 3) == nil && !line.columns[1].text.contains("-")
    } ? .likely : .no
  }

  /// Folders of images with the number of frames in each.
  public static let frameFolders: AnnotationFormat = ofLines(
    "frame-folders", "lines `folder frames label`, folders of images", .pathCountLabel
  ) { annotation in
    func fits(_ line: SampledLine) -> Bool {
      line.numbers(last: 2)?.allSatisfy { $0 >= 0 } == true && line.numbers(last: 3) == nil
    }
    guard let first = annotation.lines.first(where: fits) else { return .no }
    // One folder with its number shows what is meant; where other lines have another form, the reader says so.
    if annotation.kind(of: first.path(before: 2)) == .folder, annotation.kind(of: first.path(before: 1)) == nil {
      return .certain
    }
    guard holdsForAll(annotation, fits) else { return .no }
    if annotation.kind(of: first.path(before: 2)) == .folder { return .certain }
    // A path whose last word is a number.
    return annotation.kind(of: first.path(before: 1)) == nil ? .likely : .no
  }

  /// UCF101's lists, whose classes are numbered from 1 and are the folders of the videos.
  public static let ucf: AnnotationFormat = AnnotationFormat(
    "ucf", "UCF101's lines `Class/video.avi number` or `Class/video.avi`: the folder is the class"
  ) { annotation in
    holdsForAll(annotation) { isOfUCF($0.columns[0].text) && $0.columns.count <= 2 } ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    var reader = LineReader(annotation, try annotation.text(for: "ucf"), .any)
    var items = try reader.items()
    for index in items.indices {
      let folders = items[index].path.split(separator: "/")
      let line = items[index].line
      if folders.count > 1, !annotation.isRoot(folders.dropLast().joined(separator: "/")) {
        items[index].labels = [.name(String(folders[folders.count - 2]))]
      } else if case .number(let number)? = items[index].labels.first, number > 0 {
        items[index].labels = [.number(number - 1)]
      } else {
        throw annotation.error(line: line, "neither a folder that is the class nor a number from 1 behind the path")
      }
    }
    return items
  }

  private static func ofLines(
    _ name: String, _ summary: String, _ columns: LineReader.Columns,
    recognize: @escaping @Sendable (Annotation) -> Recognition = { _ in .no }
  ) -> AnnotationFormat {
    AnnotationFormat(name, summary, recognize: recognize) { annotation throws(DatasetListError) in
      var reader = LineReader(annotation, try annotation.text(for: name), columns)
      return try reader.items()
    }
  }

  private static func holdsForAll(_ annotation: Annotation, _ condition: (SampledLine) -> Bool) -> Bool {
    !annotation.lines.isEmpty && annotation.lines.allSatisfy(condition)
  }

  /// Whether lines have first frames and numbers of frames, which look like seconds.
  private static func startTotal(_ annotation: Annotation) -> Recognition {
    let all = annotation.lines.compactMap { line -> [Int]? in
      if let four = line.numbers(last: 3), four[2] >= 0 { return four }
      return line.numbers(last: 2).flatMap { $0[1] == -1 ? $0 : nil }
    }
    guard !all.isEmpty, all.count == annotation.lines.count, all.allSatisfy({ $0[0] >= 0 && $0[1] >= -1 }) else {
      return .no
    }
    // As seconds these would be parts of nothing.
    if all.contains(where: { $0[1] <= $0[0] }) { return .certain }
    // Times of whole videos begin anywhere; first frames are all 0, or all 1.
    guard let start = all.first?[0], start <= 1, all.allSatisfy({ $0[0] == start }) else { return .no }
    for line in annotation.lines.prefix(20) {
      let path = line.path(before: 3)
      guard let kind = annotation.kind(of: path) else { continue }
      if kind == .folder { return .certain }
      guard let facts = annotation.probe?(annotation.resolve(path)), let numbers = line.numbers(last: 3) else { break }
      if abs(numbers[1] - facts.frameCount) <= 1 { return .certain }
      return Double(numbers[1]) < facts.seconds + 1 ? .no : .certain
    }
    return .likely
  }

  /// `Class/v_Class_g08_c01.avi`.
  private static func isOfUCF(_ path: String) -> Bool {
    let folders = path.split(separator: "/")
    guard folders.count > 1, let name = folders.last, name.hasPrefix("v_"), name.hasSuffix(".avi") else { return false }
    let parts = name.dropLast(4).split(separator: "_")
    guard parts.count >= 4 else { return false }
    return zip(parts.suffix(2), ["g", "c"]).allSatisfy { part, letter in
      part.hasPrefix(letter) && part.count >= 3 && part.dropFirst().allSatisfy(\.isNumber)
    }
  }
}

extension Annotation {
  /// Whether `folder` is the one that paths begin at.
  fileprivate func isRoot(_ folder: String) -> Bool {
    root.map { $0.split(separator: "/").joined(separator: "/") == folder } ?? folder.isEmpty
  }
}
