internal import SluicePlatform

/// Writes clips into a directory of shards, one after the other, in the order of a list.
///
/// A shard has its final name only when it is whole and on the disk, and the index is written last. A writer that is
/// killed leaves finished shards and at most one partial file, which the next one removes; the bytes of a set depend on
/// the clips, their order and the settings only.
public final class ShardSetWriter: Sendable {
  /// What a writer has made so far.
  public struct Summary: Sendable, Equatable {
    /// Of the whole set.
    public let shards: Int
    public let clips: Int
    public let frames: Int
    public let bytes: UInt64
    public let failures: [ClipFailure]
  }

  private struct State {
    var shards: [ShardSummary]
    var current: ShardWriter?
    var failed: [ClipFailure]
    // The list that the set shall agree with, and where its lines are.
    var list: ListedClips?
    var locations: [Int: ClipLocation] = [:]
    // Shards before this writer's own.
    var earlierShards = 0
  }

  /// The directory's path.
  public let path: String
  public let settings: ShardSettings
  /// The names of the classes in the order of their numbers; `nil` for a number that has none.
  public let classes: [String?]
  // Those that the set had before.
  private let storedClasses: [String?]
  /// The clips that were there when the writer began, and those that had failed.
  public let finished: Set<ClipDescription>
  public let failed: Set<ClipDescription>
  private let state: Lock<State>
  // Shards of runs that came to their end.
  private let indexedShards: Int
  // Held for as long as the writer lives.
  private let directoryLock: File

  /// Begins a set, or goes on with one that has the same settings.
  ///
  /// If the last run came to its end, clips that failed in it may be tried again: they are not in ``failed``.
  /// - Parameter classes: the names of the classes that labels number, `nil` for a number without one; empty to keep
  ///   those that the set has.
  /// - Throws: ``ShardError`` if the directory holds something else, other settings or a damaged shard, if its classes
  ///   have the same names in another order, or if another process writes there.
  public init(
    _ path: String, settings: ShardSettings = ShardSettings(), classes: [String?] = []
  ) throws(ShardError) {
    try settings.validate()
    self.path = path
    self.settings = settings
    try Directory.create(path)
    directoryLock = try File(path)
    guard directoryLock.lock() else {
      throw ShardError(
        .refused, "another process is writing shards here. Wait for it, or choose another directory.", file: path)
    }
    let names = try Directory.entries(path)
    try Self.refuseForeign(names, path)
    let shards = try Self.readShards(names, path, settings)
    storedClasses = shards.first { !$0.facts.classes.isEmpty }?.facts.classes ?? []
    self.classes = try ClassNames.merged(storedClasses, classes, path: path)
    for name in names where name.hasSuffix(ShardFormat.partialSuffix) { try Directory.remove("\(path)/\(name)") }

    finished = Set(shards.flatMap { $0.clips.map(\.description) })
    // A damaged index only means that clips which failed are not tried again.
    let indexed = (try? ShardIndex("\(path)/\(ShardFormat.indexName)"))?.shards.count ?? 0
    indexedShards = min(indexed, shards.count)
    failed = Set(shards[indexedShards...].flatMap { $0.failures.map(\.description) }).subtracting(finished)
    state = Lock(State(shards: shards, current: nil, failed: [], earlierShards: shards.count))
  }

  /// Files that are none of a shard set's mean that the directory is used for something else.
  private static func refuseForeign(_ names: [String], _ path: String) throws(ShardError) {
    let besides = [
      ShardFormat.indexName, ShardFormat.failuresName, ShardFormat.manifestName, ShardFormat.viewsName,
      ShardFormat.tokensName, ShardFormat.tokenPartsName,
    ]
    let own = { (name: String) in
      ShardFormat.shardNumber(name) != nil || besides.contains(name) || name.hasSuffix(ShardFormat.partialSuffix)
    }
    guard let foreign = names.first(where: { !own($0) }) else { return }
    throw ShardError(
      .refused, "it holds \(foreign), which is no part of a shard set. Choose an empty or new directory.", file: path)
  }

  private static func readShards(
    _ names: [String], _ path: String, _ settings: ShardSettings
  ) throws(ShardError) -> [ShardSummary] {
    var shards: [ShardSummary] = []
    for (expected, number) in names.compactMap(ShardFormat.shardNumber).sorted().enumerated() {
      guard number == expected else {
        throw ShardError(
          .missing,
          "\(ShardFormat.shardName(expected)) is missing, \(ShardFormat.shardName(number)) is there. "
            + "Put it back, or choose a new directory.", file: path)
      }
      let file = "\(path)/\(ShardFormat.shardName(number))"
      let differences = settings.differences(from: try ShardFile(file).header().facts.settings)
      guard differences.isEmpty else {
        throw ShardError(
          .refused,
          "its shards were made with other settings: now \(differences.joined(separator: ", ")). "
            + "Use the same settings, or another directory.", file: path)
      }
      shards.append(try ShardSummary(reading: file, expecting: number))
    }
    return shards
  }

  /// Appends frames to the clip being written.
  /// - Throws: ``ShardError/Code/invalid`` if their geometry is not that of the clip's first; ``fail(_:reason:)`` then
  ///   takes the clip back.
  public func append(_ frames: [EncodedFrame], geometry: FrameGeometry) throws(ShardError) {
    try state.withLock { state throws(ShardError) in
      try open(&state)
      try state.current!.append(frames, geometry: geometry)  // opened the line before
    }
  }

  /// Ends the clip being written.
  public func finishClip(_ description: ClipDescription, frameRate: Double?) throws(ShardError) {
    try state.withLock { state throws(ShardError) in
      try open(&state)
      try state.current!.finishClip(description, frameRate: frameRate)  // opened the line before
      if state.current!.size >= UInt64(settings.shardSize) { try close(&state) }
    }
  }

  /// Takes back what has been written of the present clip, and notes why it is not there.
  public func fail(_ description: ClipDescription, reason: String) throws(ShardError) {
    try state.withLock { state throws(ShardError) in
      let failure = ClipFailure(description: description, reason: reason)
      state.failed.append(failure)
      guard state.current != nil || !isKnown(failure, state) else { return }
      try open(&state)
      try state.current!.abandonClip()  // opened the line before
      if !isKnown(failure, state) { state.current!.add(failure) }
    }
  }

  // A clip that failed again is already in the footer of an earlier shard.
  private func isKnown(_ failure: ClipFailure, _ state: State) -> Bool {
    state.shards[..<indexedShards].contains { $0.failures.contains(failure) }
  }

  private var facts: SetFacts { SetFacts(settings: settings, classes: classes) }

  private func open(_ state: inout State) throws(ShardError) {
    guard state.current == nil else { return }
    state.current = try ShardWriter(directory: path, number: state.shards.count, facts: facts)
  }

  private func close(_ state: inout State) throws(ShardError) {
    if var writer = state.current {
      state.shards.append(try writer.finish())
      state.current = nil
    }
  }

  /// Finishes the last shard and writes the list of failures and the index.
  public func finish() throws(ShardError) -> Summary {
    try state.withLock { state throws(ShardError) in
      try close(&state)
      let order = order(of: state)
      let failures = try ShardSet.publish(
        state.shards, order: order, alsoFailed: state.failed, of: state.list, in: path)
      return Summary(
        shards: state.shards.count, clips: order.count,
        frames: order.reduce(0) { $0 + state.shards[$1.shard].clips[$1.clip].frameCount },
        bytes: state.shards.reduce(0) { $0 + $1.fileSize }, failures: failures)
    }
  }

  /// The clips of the index: the list's, in its order, where there is one.
  private func order(of state: State) -> [ClipLocation] {
    guard let list = state.list else { return ClipLocation.listed(in: state.shards) }
    var written: [ClipDescription.Key: ClipLocation] = [:]
    for shard in state.shards.indices.dropFirst(state.earlierShards) {
      for clip in state.shards[shard].clips.indices {
        written[state.shards[shard].clips[clip].description.key] = ClipLocation(shard: shard, clip: clip)
      }
    }
    return list.descriptions.indices.compactMap { state.locations[$0] ?? written[list.descriptions[$0].key] }
  }
}

extension ShardSetWriter {
  /// A set whose classes have names keeps them.
  private func refuseOtherClasses(_ list: [ClipDescription]) throws(ShardError) {
    guard !storedClasses.isEmpty else { return }
    for line in list {
      guard let label = line.labels.first(where: { $0 >= storedClasses.count }) else { continue }
      let name = classes.indices.contains(label) ? classes[label].map { " (“\($0)”)" } ?? "" : ""
      throw ShardError(
        .refused,
        "\(line.path) has the label \(label)\(name), outside the \(storedClasses.count) classes of the set. Correct the "
          + "list, or choose another directory.", file: path)
    }
  }

  /// The names of the classes of the set in a directory; empty if there is none, or it has no names.
  /// - Throws: ``ShardError`` if its first shard is damaged.
  public static func classNames(in path: String) throws(ShardError) -> [String?] {
    let first = "\(path)/\(ShardFormat.shardName(0))"
    guard Directory.exists(first) else { return [] }
    return try ShardFile(first).header().facts.classes
  }

  /// Makes what is stored agree with a list, as far as it can be without its videos, and says what is still to be stored.
  ///
  /// Shards are written again where labels, captions or names of classes are others, or where the list no longer names a
  /// clip; their frames are copied as they are. What has failed in a run that was interrupted is not waiting.
  /// - Parameter list: every line; those that name the same part of the same file have different `copy`.
  /// - Throws: ``ShardError`` if a label is outside the set's classes, or a shard is damaged or cannot be written.
  public func reconcile(with list: [ClipDescription]) throws(ShardError) -> ListReconciliation {
    try state.withLock { state throws(ShardError) in
      precondition(
        state.current == nil && state.shards.count == state.earlierShards, "reconcile before anything is stored")
      try refuseOtherClasses(list)
      var result = ListReconciliation(list, state.shards)
      if !state.shards.isEmpty { result.correctedNames = ClassNames.corrections(storedClasses, classes) }
      let changes = Dictionary(grouping: result.changes, by: \.key.shard)
      for shard in state.shards.indices where changes[shard] != nil || state.shards[shard].facts != facts {
        let descriptions = Dictionary(uniqueKeysWithValues: (changes[shard] ?? []).map { ($0.key.clip, $0.value) })
        state.shards[shard] = try ShardWriter.rewrite(
          state.shards[shard], in: path, facts: facts, descriptions: descriptions)
        result.rewrittenShards += 1
      }
      let failedKeys = Set(failed.map(\.key))
      result.waiting.removeAll { failedKeys.contains(list[$0].key) }
      state.list = ListedClips(list)
      state.locations = result.locations
      return result
    }
  }
}
