/// What it takes to make a set agree with its list: the list wins.
///
/// Frames that are stored stay. Labels, captions and names of classes are corrected in the records, clips that the list
/// no longer names are marked there and left out of the index, and the index gets the order of the list.
public struct ListReconciliation: Sendable {
  /// Numbers of the list's lines that have to be stored, in order.
  public internal(set) var waiting: [Int] = []
  /// Clips whose labels or captions were others before.
  public internal(set) var corrected: Int = 0
  /// Clips that are stored and that the list no longer names.
  public internal(set) var unlisted: [ClipDescription] = []
  /// Clips that the list names again.
  public internal(set) var listedAgain: Int = 0
  /// Names of classes that the set did not have, or had in other letters.
  public internal(set) var correctedNames: Int = 0
  /// Shards that were written again.
  public internal(set) var rewrittenShards: Int = 0

  /// Whether clips that were stored are others now, or no longer there.
  public var changesClips: Bool { corrected + unlisted.count + listedAgain + correctedNames > 0 }

  /// Where each line of the list is stored already.
  var locations: [Int: ClipLocation] = [:]
  /// The descriptions that clips shall have, where they are others.
  var changes: [ClipLocation: ClipDescription] = [:]

  /// Compares a list with what is stored.
  ///
  /// Lines that name the same part of the same file have the same frames, so that any of the clips stored for it will
  /// do: one with the line's labels and captions first, else the next in order.
  init(_ list: [ClipDescription], _ shards: [ShardSummary]) {
    var stored: [ClipDescription.Key: [ClipLocation]] = [:]
    for shard in shards.indices {
      for clip in shards[shard].clips.indices {
        stored[shards[shard].clips[clip].description.source, default: []].append(ClipLocation(shard: shard, clip: clip))
      }
    }
    func description(_ location: ClipLocation) -> ClipDescription {
      shards[location.shard].clips[location.clip].description
    }

    var left: [Int] = []
    for (number, line) in list.enumerated() {
      guard let locations = stored[line.source] else { continue }
      if let match = locations.firstIndex(where: { description($0).hasContent(of: line) }) {
        self.locations[number] = stored[line.source]?.remove(at: match)
      } else {
        left.append(number)
      }
    }
    for number in left where stored[list[number].source]?.isEmpty == false {
      locations[number] = stored[list[number].source]?.removeFirst()
    }
    for (number, location) in locations {
      var wanted = description(location)
      if !wanted.hasContent(of: list[number]) { corrected += 1 }
      if wanted.unlisted == true { listedAgain += 1 }
      guard !wanted.hasContent(of: list[number]) || wanted.unlisted == true else { continue }
      wanted = list[number]
      changes[location] = wanted
    }
    for shard in shards.indices {
      for clip in shards[shard].clips.indices {
        let location = ClipLocation(shard: shard, clip: clip)
        var wanted = description(location)
        guard stored[wanted.source]?.contains(location) == true else { continue }
        if wanted.unlisted != true {
          wanted.unlisted = true
          changes[location] = wanted
        }
        unlisted.append(wanted)
      }
    }
    waiting = list.indices.filter { locations[$0] == nil }
  }
}

extension ClipDescription {
  /// Whether labels and captions are those of another.
  fileprivate func hasContent(of other: ClipDescription) -> Bool {
    labels == other.labels && captions.count == other.captions.count
      && zip(captions, other.captions).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }
}

extension ShardWriter {
  /// Writes a finished shard again with other descriptions or names of classes, and puts it in the place of the old one.
  static func rewrite(
    _ summary: ShardSummary, in directory: String, facts: SetFacts, descriptions: [Int: ClipDescription]
  ) throws(ShardError) -> ShardSummary {
    let name = ShardFormat.shardName(summary.number)
    do throws(ShardError) {
      let shard = try ShardFile("\(directory)/\(name)")
      let footer = try shard.footer()
      var writer = try ShardWriter(directory: directory, number: summary.number, facts: facts)
      for failure in footer.failures { writer.add(failure) }
      for clip in footer.clips.indices {
        let record = try shard.record(clip, footer)
        try writer.copy(record, of: shard, as: descriptions[clip] ?? record.description)
      }
      return try writer.finish()
    } catch {
      throw error.at(file: name)
    }
  }
}
