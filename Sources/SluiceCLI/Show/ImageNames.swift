internal import SluicePlatform

/// Names for the images of several files in one folder: files of one name in different folders do not overwrite each other.
struct ImageNames {
  private let folder: String
  private var counts: [String: Int] = [:]

  /// Makes the folder.
  /// - Throws: what the folder cannot be made for.
  init(in folder: String) throws {
    try createDirectories(folder)
    self.folder = folder
  }

  /// What the paths of a file's images begin with.
  mutating func stem(of file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? "clip"
    let name = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    let count = counts[name, default: 0]
    counts[name] = count + 1
    return "\(folder)/\(name)" + (count > 0 ? "-\(count + 1)" : "")
  }
}
