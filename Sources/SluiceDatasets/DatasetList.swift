internal import SluicePlatform

/// A list of samples: paths with labels, captions and parts, in the order of the file.
///
/// ```swift
/// let list = try DatasetList(contentsOf: "train.txt", root: "videos")
/// ```
/// Every command reads lists by this; ``AnnotationFormat`` has the ways in which they may be written. Files are read as
/// bytes of UTF-8: lines end at `\n` and `\r\n`, and paths are what their bytes are.
public struct DatasetList: Sendable, Hashable {
  public var items: [DatasetItem]
  /// The files the items come from; an item says which by its number.
  public private(set) var files: [String]
  /// The folder that paths are relative to, for what must not depend on where it is; `nil` if none was named.
  public var root: String?
  /// What is odd about the list though it can be used, one sentence each.
  public internal(set) var notes: [String] = []

  /// A list of these samples.
  public init(items: [DatasetItem]) {
    self.items = items
    files = ["list"]
  }

  /// Reads the list at `path`: a file, or a folder of videos or images.
  ///
  /// - Parameters:
  ///   - root: the folder that relative paths begin at; the working directory if `nil`.
  ///   - format: how it is written; told from the content if `nil`.
  ///   - selection: the videos that are wanted; all if `nil`.
  ///   - pathTemplate: how paths are made of the columns of a table; as its format has them if `nil`.
  ///   - imageTemplate: how the images of folders are named; in the order of their names if `nil`.
  ///   - frameRate: frames a second of folders of images, where a list counts in seconds; 24 if `nil`.
  ///   - probe: looks at a video of the list, where only that tells frames from seconds.
  /// - Throws: ``DatasetListError`` with the line; without samples too.
  public init(
    contentsOf path: String, root: String? = nil, format: AnnotationFormat? = nil,
    only selection: VideoSelection? = nil, pathTemplate: PathTemplate? = nil, imageTemplate: ImageTemplate? = nil,
    frameRate: Double? = nil, probe: MediaFacts.Probe? = nil
  ) throws(DatasetListError) {
    var annotation = try Annotation(opening: path, root: root, probe: probe)
    annotation.pathTemplate = pathTemplate
    annotation.frameRate = frameRate ?? annotation.frameRate
    if case .text(let text) = annotation.content, text.firstByte == nil {
      throw DatasetListError(path: path, line: nil, reason: "the list is empty; wanted: one path on each line")
    }
    let format = if let format { format } else { try AnnotationFormat.recognized(annotation) }
    if let pathTemplate, pathTemplate.isRequired, !format.takesPathTemplate {
      let takers = AnnotationFormat.all.filter(\.takesPathTemplate).map(\.name).joined(separator: " and ")
      throw annotation.error(
        "its format, \(format.name), has paths of its own, and the template “\(pathTemplate.text)” no effect. Leave "
          + "--path-template out; it is for the formats \(takers)")
    }
    if frameRate != nil, format != .charades, format != .charadesVideos {
      throw annotation.error(
        "its format, \(format.name), has no times of folders of images, and a rate of frames no effect. Leave --list-fps out; it "
          + "is for the formats \(AnnotationFormat.charades.name) and \(AnnotationFormat.charadesVideos.name)")
    }
    items = try format.read(annotation)
    guard !items.isEmpty else {
      throw DatasetListError(path: path, line: nil, reason: "the list names no sample; wanted: one path on each line")
    }
    if let selection {
      let (chosen, note) = try selection.chosen(of: items, in: path, root: annotation.root)
      items = chosen
      if let note { notes.append(note) }
    }
    files = [path]
    self.root = root
    try removeEmptyParts()
    if let imageTemplate { try name(imagesBy: imageTemplate) }
  }

  /// Reads the text of a list; `name` stands in messages.
  /// - Throws: ``DatasetListError`` with the line.
  public init(
    parsing text: String, name: String = "list", root: String? = nil, format: AnnotationFormat = .lines
  ) throws(DatasetListError) {
    items = try format.read(Annotation(try TextBytes(Array(text.utf8), name), root: root))
    files = [name]
    self.root = root
  }

  /// The samples of several lists, one list after the other.
  public init(joining lists: [DatasetList]) {
    self.init(items: [])
    guard lists.count != 1 else {
      self = lists[0]
      return
    }
    files = []
    for list in lists {
      let offset = files.count
      files += list.files
      notes += list.notes
      items += list.items.map { item in
        var item = item
        item.file += offset
        return item
      }
      root = root ?? list.root
    }
  }

  /// The file of an item.
  public func file(of item: DatasetItem) -> String { files.indices.contains(item.file) ? files[item.file] : "list" }

  /// The path of an item as the list has it, the root left out; what a file about the same videos calls it.
  public func ownPath(of item: DatasetItem) -> String {
    guard let root, !root.isEmpty else { return item.path }
    let prefix = Array((root.hasSuffix("/") ? root : root + "/").utf8)
    guard item.path.utf8.starts(with: prefix) else { return item.path }
    return String(Substring(item.path.utf8.dropFirst(prefix.count)))
  }

  /// An error about an item, with its file and line.
  public func error(_ item: DatasetItem, _ reason: String) -> DatasetListError {
    DatasetListError(path: file(of: item), line: item.line > 0 ? item.line : nil, reason: reason)
  }
}
