extension ShardSet {
  /// Writes what stands beside the shards: the list of failures and, last, the index.
  static func publish(
    _ shards: [ShardSummary], alsoFailed: [ClipFailure] = [], in path: String
  ) throws(ShardError) -> [ClipFailure] {
    let failures = FailureTable.outstanding(shards, and: alsoFailed)
    try Directory.write(FailureTable.csv(failures), to: ShardFormat.failuresName, in: path)
    try Directory.write(ShardIndex.build(shards), to: ShardFormat.indexName, in: path)
    return failures
  }
}
