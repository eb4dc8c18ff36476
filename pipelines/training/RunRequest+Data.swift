internal import SluiceData
internal import SluiceDecode
internal import SluiceShards

extension RunRequest {
  /// The samples of all list files, one after the other; none if no list was named.
  /// - Throws: an error that names the list and the line.
  func list() throws -> DatasetList {
    var items: [DatasetItem] = []
    for path in data where !ShardSet.isSet(path) { items += try DatasetList(opening: path, root: root).items }
    return DatasetList(items: items)
  }

  /// The clips of all lists and all shard sets.
  func clips() throws -> Clips {
    let list = try self.list()
    let sets = try data.filter(ShardSet.isSet).map { try ShardSet($0) }
    return try Clips(videos: list, classMap: classMap(), shards: sets)
  }

  /// The class map that was given.
  func classMap() throws -> ClassMap? {
    try classes.map { try ClassMap(contentsOf: $0) }
  }
}
