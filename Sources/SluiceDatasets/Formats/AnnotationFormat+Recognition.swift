extension AnnotationFormat {
  /// The format that an annotation is written in.
  /// - Throws: ``DatasetListError`` that says which formats it could be, if it cannot be told.
  static func recognized(_ annotation: Annotation) throws(DatasetListError) -> AnnotationFormat {
    let annotation = try annotation.readingJSON()
    let fits = all.map { (format: $0, recognition: $0.recognize(annotation)) }
    for level in [Recognition.certain, .likely, .fallback] {
      let candidates = fits.filter { $0.recognition == level }.map(\.format)
      if candidates.count == 1 { return candidates[0] }
      guard candidates.isEmpty else {
        let names = candidates.map { "--format \($0.name) (\($0.summary))" }
        throw annotation.error(
          line: annotation.lines.first?.number,
          "it cannot be told how the list is written. It could be "
            + names.joined(separator: " or ") + "; say which")
      }
    }
    throw annotation.error(unknown(annotation))
  }

  /// Why nothing fits.
  private static func unknown(_ annotation: Annotation) -> String {
    switch annotation.content {
    case .folder(let files):
      guard !files.isEmpty else { return "the folder is empty; wanted: videos or images, or a list file" }
      let folders = [AnnotationFormat.videoFolders, .imageFolders].map { "\($0.name) (\($0.summary))" }
      return "the folder holds no video and no image but \(files.count) other files, such as “\(files[0])”; "
        + "it could be \(folders.joined(separator: " or "))"
    case .text(let text):
      if JSONFacts.isJSON(text) {
        let formats = [AnnotationFormat.captions, .msrvtt, .something, .diving48]
        let found = annotation.json.map { ", \($0.kind.rawValue)," } ?? ""
        return "this JSON\(found) is of no format that is known. Known are "
          + formats.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")
      }
      if TableFacts.isSelection(annotation) {
        return "the file names videos and says nothing of them: it chooses among those of another list. Give that one, "
          + "and this file to --only"
      }
      let header = annotation.lines.first?.text ?? ""
      let formats = [AnnotationFormat.csv, .kinetics, .charades, .charadesVideos, .webvid, .msrvtt]
      return "a table with the columns “\(header)” is of no format that is known. Known are "
        + formats.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")
    }
  }
}
