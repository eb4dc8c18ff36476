internal import SluicePlatform
internal import SluiceShards

extension StoredTokens {
  /// What is wrong with the views and tokens beside a set's shards, a sentence each; nothing where there are none.
  ///
  /// Every byte of them is read.
  public static func problems(in directory: String) -> [String] {
    guard FileKind(at: ViewTable.path(in: directory)) != nil || FileKind(at: TokenTable.path(in: directory)) != nil
    else {
      return []
    }
    do {
      let views = try ViewTable(of: ShardSet(directory))
      let path = TokenTable.path(in: directory)
      guard FileKind(at: path) != nil else { return [] }
      let tokens = try TokenTable(opening: path)
      try tokens.requireFit(to: views)
      var problems: [String] = []
      for row in 0..<tokens.count {
        do { _ = try tokens.words(of: tokens.view(ofRow: row)) } catch { problems.append("\(error)") }
      }
      return problems
    } catch {
      return ["\(error)"]
    }
  }
}
