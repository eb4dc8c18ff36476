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
    // What the set consists of is written behind it, by whoever knows data sets; that of the set before is not right any more.
    let manifest = "\(path)/\(ShardFormat.manifestName)"
    if Directory.exists(manifest) { try Directory.remove(manifest) }
    try Directory.write(ShardIndex.build(shards, order: order), to: ShardFormat.indexName, in: path)
    return failures
  }

  /// The file that says what a set in this directory consists of.
  public static func manifestPath(in directory: String) -> String { "\(directory)/\(ShardFormat.manifestName)" }

  /// The file with the views that were drawn of the clips of a set in this directory.
  public static func viewsPath(in directory: String) -> String { "\(directory)/\(ShardFormat.viewsName)" }

  /// The file with the tokens of those views.
  public static func tokensPath(in directory: String) -> String { "\(directory)/\(ShardFormat.tokensName)" }

  /// The folder in which tokens are until there are some of all views.
  public static func tokenPartsPath(in directory: String) -> String { "\(directory)/\(ShardFormat.tokenPartsName)" }
}
