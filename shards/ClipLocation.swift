internal import SluicePlatform

/// Where a clip is stored: the index of its shard in the set, and its number in that.
struct ClipLocation: Hashable {
  let shard: Int
  let clip: Int

  /// All clips that are listed, in the order of the shards.
  static func listed(in shards: [ShardSummary]) -> [ClipLocation] {
    shards.indices.flatMap { shard in
      shards[shard].clips.indices.lazy.filter { shards[shard].clips[$0].description.unlisted != true }
        .map { ClipLocation(shard: shard, clip: $0) }
    }
  }

  /// All clips that are listed: first those of an earlier index in its order, as far as it still fits, then the others.
  static func order(of shards: [ShardSummary], keeping earlier: [ClipLocation]?) -> [ClipLocation] {
    let listed = listed(in: shards)
    guard let earlier else { return listed }
    var left = Set(listed)
    // Where a shard has lost clips, the numbers behind them mean others; only a whole order is kept.
    guard earlier.count == listed.count, earlier.allSatisfy({ left.remove($0) != nil }) else { return listed }
    return earlier
  }
}

/// The lines of a list by what distinguishes them.
struct ListedClips {
  let descriptions: [ClipDescription]
  private let numbers: [ClipDescription.Key: Int]

  init(_ descriptions: [ClipDescription]) {
    self.descriptions = descriptions
    numbers = Dictionary(descriptions.enumerated().map { ($1.key, $0) }) { first, _ in first }
  }

  /// The line with this key, with its labels and captions.
  subscript(key: ClipDescription.Key) -> ClipDescription? { numbers[key].map { descriptions[$0] } }
}
