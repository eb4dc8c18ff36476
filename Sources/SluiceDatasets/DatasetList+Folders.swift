internal import Foundation

extension DatasetList {
  /// Lines `path frames label`, single blanks between them; the count is compared with what is found later.
  init(frameFolders path: String, root: String?) throws {
    items = []
    let lines = try DatasetList.read(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
      let fields = line.split(separator: " ")
      guard fields.count >= 3, let frames = Int(fields[fields.count - 2]), let label = Int(fields[fields.count - 1]),
        frames >= 0, label >= 0
      else {
        throw DatasetListError(
          path: path, line: number + 1, reason: "“\(line)” is not of the form: path frames label, both numbers from 0")
      }
      let folder = fields.dropLast(2).joined(separator: " ")
      items.append(
        DatasetItem(
          path: DatasetList.resolve(folder, root: root), labels: [.number(label)], frameCount: frames, line: number + 1)
      )
    }
  }

  /// Every image below a folder; the first folder of its path below is its class.
  init(imageFolders path: String) throws {
    let endings: Set<String> = ["png", "jpg", "jpeg"]
    guard let walk = FileManager.default.enumerator(atPath: path) else {
      throw DatasetListError(path: path, line: nil, reason: "the folder cannot be read; check its permissions")
    }
    var names: [String] = []
    for case let name as String in walk
    where endings.contains(name.split(separator: ".").last?.lowercased() ?? "") && !name.hasPrefix(".") {
      names.append(name)
    }
    guard !names.isEmpty else {
      throw DatasetListError(path: path, line: nil, reason: "no image (.png, .jpg, .jpeg) is in this folder")
    }
    items = names.sorted().map { name in
      let folders = name.split(separator: "/")
      return DatasetItem(
        path: DatasetList.resolve(name, root: path), labels: folders.count > 1 ? [.name(String(folders[0]))] : [])
    }
  }
}
