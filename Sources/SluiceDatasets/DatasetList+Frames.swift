internal import SluicePlatform

// Folders of images
extension DatasetList {
  /// Says how the images of folders are named.
  /// - Throws: ``DatasetListError`` if none of the first items is a folder, but one a file.
  mutating func name(imagesBy template: ImageTemplate) throws(DatasetListError) {
    let kinds = items.prefix(100).map { FileKind(at: $0.path) }
    if !kinds.contains(.folder), let file = kinds.firstIndex(of: .file) {
      throw error(
        items[file],
        "\(items[file].path) is a file, and the template “\(template.text)” names the images of folders. Leave "
          + "--image-template out")
    }
    for index in items.indices { items[index].imageTemplate = template }
  }

  /// Leaves out rows that end before they begin, which the reader of a table has as parts of no frames.
  mutating func removeEmptyParts() throws(DatasetListError) {
    func isEmpty(_ item: DatasetItem) -> Bool {
      if case .frames(let range) = item.part { range.isEmpty } else { false }
    }
    guard let first = items.first(where: isEmpty) else { return }
    let count = items.count
    items.removeAll(where: isEmpty)
    guard !items.isEmpty else {
      throw error(first, "it ends before it begins, and so do all others; correct the times")
    }
    let removed = count - items.count
    let rows = removed == 1 ? "rows ends before it begins and is" : "rows end before they begin and are"
    notes.append(
      "\(removed) of \(count) \(rows) left out of \(file(of: first)); the first stands on line \(first.line).")
  }

  /// The list without clips that have fewer frames than `minimum` by the list itself.
  ///
  /// BIKE trains on such lists, and validates between epochs by them, without the short clips; tests have all. A list whose
  /// first line names no number of frames stays as it is, whatever other lines say.
  /// - Throws: ``DatasetListError`` if nothing is left.
  /// - Source: BIKE, `datasets/video.py`.
  public func removingShort(minimum: Int = 8) throws(DatasetListError) -> DatasetList {
    var list = self
    list.items = []
    var counts = [Int](repeating: 0, count: max(files.count, 1))
    var removed = counts
    var hasCounts: [Int: Bool] = [:]
    for item in items {
      let file = counts.indices.contains(item.file) ? item.file : 0
      counts[file] += 1
      let isCounted = hasCounts[file] ?? (item.frameCount != nil)
      hasCounts[file] = isCounted
      if isCounted, let frames = item.frameCount, frames < minimum {
        removed[file] += 1
      } else {
        list.items.append(item)
      }
    }
    for file in removed.indices where removed[file] > 0 {
      list.notes.append(
        "\(removed[file]) of the \(counts[file]) clips of \(files.indices.contains(file) ? files[file] : "the list") have "
          + "fewer than \(minimum) frames by the list and are left out of training.")
    }
    guard !list.items.isEmpty || items.isEmpty else {
      throw DatasetListError(
        path: files.joined(separator: ", "), line: nil,
        reason:
          "all of its \(items.count) clips have fewer than \(minimum) frames by the list, and none is left to train on")
    }
    return list
  }
}
