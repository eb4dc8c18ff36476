extension ShardSet {
  /// Writes what stands beside the shards: the list of failures and, last, the index.
  /// - Parameters:
  ///   - order: the clips of the index.
  ///   - list: what is to be stored, where that is known: nothing else has failed.
  static func publish(
    _ shards: [ShardSummary], order: [ClipLocation], alsoFailed: [ClipFailure] = [], of list: ListedClips? = nil,
    in path: String
  ) throws(ShardError) -> [ClipFailure] {
    let failures = FailureTable.outstanding(shards, and: alsoFailed, of: list)
    try Directory.write(FailureTable.csv(failures), to: ShardFormat.failuresName, in: path)
    try Directory.write(ShardIndex.build(shards, order: order), to: ShardFormat.indexName, in: path)
    return failures
  }
}
