internal import Foundation

extension DatasetList {
  /// How a list is written, where it cannot be told from the list itself.
  public enum Layout: String, Sendable, CaseIterable {
    /// Told from the list: a folder, `.json`, `.csv` by its header, else lines of text.
    case automatic
    /// Lines of text: `path`, `path label`, `path start end label`.
    case lines
    /// Lines `path frames label` with folders of images.
    case frameFolders = "frame-folders"
    /// A folder of images, its subfolders being classes.
    case imageFolders = "image-folders"
    /// A JSON object from path to caption, or to a list of captions.
    case captions
    /// MSR-VTT's JSON (`videos` and `sentences`, or `images` and `annotations`) or its CSV with `video_id,sentence`.
    case msrvtt
    /// WebVid's CSV.
    case webvid
  }

  /// Reads a list of any of the forms that data sets come in.
  ///
  /// - Parameter root: the folder that relative paths begin at; the working directory if `nil`.
  /// - Throws: ``DatasetListError`` that says which line or entry is wrong and what was wanted.
  public init(opening path: String, root: String? = nil, layout: Layout = .automatic) throws {
    var layout = layout
    if layout == .automatic { layout = try DatasetList.layout(of: path, root: root) }
    switch layout {
    case .automatic, .lines: try self.init(contentsOf: path, root: root)
    case .frameFolders: try self.init(frameFolders: path, root: root)
    case .imageFolders: try self.init(imageFolders: path)
    case .captions: try self.init(captions: path, root: root)
    case .msrvtt: try self.init(msrvtt: path, root: root)
    case .webvid: try self.init(webvid: path, root: root)
    }
  }

  private static func layout(of path: String, root: String?) throws -> Layout {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DatasetListError(path: path, line: nil, reason: "there is no such list; check the path")
    }
    if isFolder.boolValue { return .imageFolders }
    let text = try read(path)
    switch path.split(separator: ".").last?.lowercased() {
    case "json":
      let keys = try OrderedJSON.entries(text, path).prefix(50).map(\.key)
      return keys.contains("sentences") || keys.contains("annotations") ? .msrvtt : .captions
    case "csv":
      let header = CSVTable.rows(String(text.prefix { !$0.isNewline })).first ?? []
      if header.contains("page_dir") && header.contains("videoid") { return .webvid }
      if header.contains("video_id") && header.contains("sentence") { return .msrvtt }
      return .lines
    default:
      let first = text.split(whereSeparator: \.isNewline).first.map { $0.split(separator: " ") } ?? []
      guard first.count == 3, Int(first[1]) != nil, Int(first[2]) != nil else { return .lines }
      let folder = resolve(String(first[0]), root: root)
      let isThere = unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
      return isThere && isFolder.boolValue ? .frameFolders : .lines
    }
  }

  static func read(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DatasetListError(
        path: path, line: nil, reason: "the list cannot be read; check the path and its permissions")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DatasetListError(path: path, line: nil, reason: "the list is no UTF-8 text: is it a video itself?")
    }
    return text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
  }
}
