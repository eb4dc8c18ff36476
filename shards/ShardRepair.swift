internal import SluiceMedia

/// What repairing a set did.
public struct ShardRepair: Sendable, Equatable {
  /// Shards that had to be written again without their damaged clips.
  public internal(set) var rewritten: [String] = []
  /// Clips that are lost and whose names are known; preprocessing the list again makes them anew.
  public internal(set) var lost: [ClipFailure] = []
  /// Clips of the set as it is now.
  public internal(set) var clips: Int = 0

  /// Rebuilds the index from the shards; a damaged shard is written again with the clips that are sound.
  ///
  /// Sound shards are not touched. Lost clips are noted in `failures.csv`, and a later `sluice preprocess` of the list
  /// appends them.
  /// - Throws: ``ShardError`` if the directory holds no shards or cannot be written.
  public static func repair(_ path: String) throws(ShardError) -> ShardRepair {
    let numbers = try Directory.entries(path).compactMap(ShardFormat.shardNumber).sorted()
    guard !numbers.isEmpty else { throw ShardError(.missing, "there are no shards to repair", file: path) }
    let lock = try File(path)
    guard lock.lock() else { throw ShardError(.refused, "another process is writing shards here", file: path) }
    var result = ShardRepair()
    var summaries: [ShardSummary] = []
    let facts = knownFacts(path, numbers)
    for (expected, number) in numbers.enumerated() {
      let name = ShardFormat.shardName(number)
      guard number == expected else {
        throw ShardError(
          .missing,
          "\(ShardFormat.shardName(expected)) is missing. Put it back, or move later shards to another directory.",
          file: path)
      }
      if let summary = sound("\(path)/\(name)", number) {
        summaries.append(summary)
        continue
      }
      summaries.append(try rewrite(name, number, path, facts, &result))
      result.rewritten.append(name)
    }
    let order = ClipLocation.order(of: summaries, keeping: try? ShardIndex("\(path)/\(ShardFormat.indexName)").order())
    result.clips = order.count
    _ = try ShardSet.publish(summaries, order: order, in: path)
    return result
  }

  // Header and footer each hold what is known of the set.
  private static func knownFacts(_ path: String, _ numbers: [Int]) -> SetFacts? {
    for number in numbers {
      guard let shard = try? ShardFile("\(path)/\(ShardFormat.shardName(number))") else { continue }
      if let header = try? shard.header() { return header.facts }
      if let footer = try? shard.footer() { return footer.facts }
    }
    return nil
  }

  private static func sound(_ path: String, _ number: Int) -> ShardSummary? {
    guard let summary = try? ShardSummary(reading: path, expecting: number), let shard = try? ShardFile(path),
      let footer = try? shard.footer(), let header = try? shard.header(), header.facts == footer.facts
    else { return nil }
    for chunk in footer.chunks where !isSound(chunk, shard) { return nil }
    return summary
  }

  private static func isSound(_ chunk: Chunk, _ shard: ShardFile) -> Bool {
    guard chunk.isInside(shard.size), let bytes = try? shard.file.read(Int(chunk.length), at: chunk.offset) else {
      return false
    }
    return crc32(bytes) == chunk.checksum
  }

  private static func rewrite(
    _ name: String, _ number: Int, _ path: String, _ facts: SetFacts?, _ result: inout ShardRepair
  ) throws(ShardError) -> ShardSummary {
    let shard = try ShardFile("\(path)/\(name)")
    let records = try findRecords(shard)
    var known = facts ?? SetFacts(settings: ShardSettings())
    if facts == nil, let step = records.first?.step, let fidelity = ShardSettings.Fidelity(step: step) {
      known.settings.fidelity = fidelity
    }
    var writer = try ShardWriter(directory: path, number: number, facts: known)
    for failure in (try? shard.footer())?.failures ?? [] { writer.add(failure) }
    for record in records {
      do throws(ShardError) {
        try writer.copy(record, of: shard, as: record.description)
      } catch  where error.code == .damaged {
        try writer.abandonClip()
        let failure = ClipFailure(description: record.description, reason: "its bytes in \(name) were damaged")
        writer.add(failure)
        result.lost.append(failure)
      }
    }
    return try writer.finish()
  }

  /// The clips' records that are whole, wherever they are: each is found by its first letters and proved by its
  /// checksum.
  private static func findRecords(_ shard: ShardFile) throws(ShardError) -> [ClipRecord] {
    let bytes = try shard.file.map()
    var records: [ClipRecord] = []
    var next = 0
    while let place = bytes.find("SLUICECL", from: next) {
      next = place + 1
      guard place >= 8, let head = try? bytes.bytes(UInt64(place - 4), 4) else { continue }
      let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
      guard let raw = try? bytes.bytes(UInt64(place - 8), 8 + length), let record = try? ClipRecord(raw[...]) else {
        continue
      }
      records.append(record)
      next = place + length
    }
    return records
  }
}

extension ShardSettings.Fidelity {
  init?(step: Int) {
    guard let match = Self.allCases.first(where: { $0.step == step }) else { return nil }
    self = match
  }
}
