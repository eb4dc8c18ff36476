// Folders
extension AnnotationFormat {
  /// Every video below a folder; the first folder of its path below is its class.
  public static let videoFolders: AnnotationFormat = ofFolders(
    "video-folders", "a folder of videos, its subfolders being classes: `class/video.mp4`", videoEndings)

  /// Every image below a folder; the first folder of its path below is its class.
  public static let imageFolders: AnnotationFormat = ofFolders(
    "image-folders", "a folder of images, its subfolders being classes, as ImageNet's: `class/image.jpg`", imageEndings)

  private static let imageEndings: Set<String> = ["png", "jpg", "jpeg", "webp", "bmp"]
  private static let videoEndings: Set<String> = [
    "mp4", "m4v", "mkv", "webm", "avi", "mov", "flv", "ts", "mts", "m2ts", "mpg", "mpeg", "wmv", "3gp", "ogv", "vob",
    "gif", "apng", "mjpeg", "mjpg", "nut", "h264", "hevc",
  ]

  private static func ofFolders(_ name: String, _ summary: String, _ endings: Set<String>) -> AnnotationFormat {
    AnnotationFormat(name, summary) { annotation in
      guard case .folder(let files) = annotation.content else { return .no }
      return files.contains { endings.contains(ending($0)) } ? .likely : .no
    } read: { annotation throws(DatasetListError) in
      let files = try annotation.files(for: name).filter { endings.contains(ending($0)) }
      guard !files.isEmpty else {
        let wanted = endings.sorted().map { "." + $0 }.joined(separator: ", ")
        throw annotation.error("no file in this folder has one of the endings \(wanted)")
      }
      return files.map { file in
        let folders = file.split(separator: "/")
        return DatasetItem(
          path: annotation.resolve(file), labels: folders.count > 1 ? [.name(String(folders[0]))] : [])
      }
    }
  }

  private static func ending(_ file: String) -> String {
    guard let dot = file.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return file[file.index(after: dot)...].lowercased()
  }
}
