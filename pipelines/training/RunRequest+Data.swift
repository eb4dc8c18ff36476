internal import SluiceData

extension RunRequest {
  /// The samples of all list files, one after the other.
  /// - Throws: ``RunError`` if none was given; an error that names the list and the line.
  func list() throws -> DatasetList {
    guard !data.isEmpty else {
      throw RunError(.data, "no data: name a list file with --data, one path or 'path label' on each line.")
    }
    var items: [DatasetItem] = []
    for path in data { items += try DatasetList(contentsOf: path, root: root).items }
    return DatasetList(items: items)
  }

  /// The class map that was given.
  func classMap() throws -> ClassMap? {
    try classes.map { try ClassMap(contentsOf: $0) }
  }
}
