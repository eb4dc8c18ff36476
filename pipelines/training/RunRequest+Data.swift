internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceShards

extension RunRequest {
  /// The samples of all list files among `paths`, one after the other; none if there is no list.
  /// - Throws: an error that names the list and the line.
  func list(of paths: [String]) throws -> DatasetList {
    var items: [DatasetItem] = []
    for path in paths where !ShardSet.isSet(path) { items += try DatasetList(opening: path, root: root).items }
    return DatasetList(items: items)
  }

  /// The clips of all lists and all shard sets among `paths`.
  func clips(of paths: [String], classMap: ClassMap? = nil) throws -> Clips {
    let sets = try paths.filter(ShardSet.isSet).map { try ShardSet($0) }
    return try Clips(videos: list(of: paths), classMap: classMap, shards: sets)
  }

  /// The class map that was given, else that of the checkpoint.
  func classMap() throws -> ClassMap? {
    try classes.map { try ClassMap(contentsOf: $0) } ?? knownClasses
  }
}
