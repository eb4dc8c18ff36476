public import SluiceDatasets
public import SluiceDecode
internal import SluiceShards
public import SluiceTraining

extension RunRequest {
  /// The samples of all list files among `paths`, one after the other; none if there is no list.
  /// - Throws: an error that names the list and the line.
  func list(of paths: [String]) throws -> DatasetList {
    let format = try format.flatMap { try AnnotationFormat.named($0) }
    var lists: [DatasetList] = []
    for path in paths where !ShardSet.isSet(path) {
      lists.append(
        try DatasetList(contentsOf: path, root: root, format: format, probe: MediaFacts.init(opening:)))
    }
    return DatasetList(joining: lists)
  }

  /// Checks that what lists name is there, before a run begins that uses it hours later.
  /// - Throws: an error that names list and line of the first sample that is missing, if more are than may fail.
  func requireFiles(of paths: [String]) throws {
    try list(of: paths).requireFiles(tolerating: maxFailures ?? 0.01)
  }

  /// The shard sets among `paths`.
  func shardSets(of paths: [String]) throws -> [ShardSet] {
    try paths.filter(ShardSet.isSet).map { try ShardSet($0) }
  }

  /// The clips of all lists and all shard sets among `paths`, whatever labels they have.
  public func clips(of paths: [String], classMap: ClassMap? = nil) throws -> Clips {
    let (list, sets) = (try list(of: paths), try shardSets(of: paths))
    let classes = try ClassSpace(of: list, shards: sets, map: classMap, origin: classesOrigin)
    return try Clips(videos: list, shards: sets, classes: classes)
  }

  /// The class map that was given, else that of the checkpoint.
  public func classMap() throws -> ClassMap? {
    try classes.map { try ClassMap(contentsOf: $0) } ?? knownClasses
  }

  /// Where ``classMap()`` is from; `nil` if there is none.
  var classesOrigin: String? { classes ?? (knownClasses == nil ? nil : "the checkpoint") }
}
