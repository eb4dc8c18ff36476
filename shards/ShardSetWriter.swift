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
  }

  /// The directory's path.
  public let path: String
  public let settings: ShardSettings
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
  /// - Throws: ``ShardError`` if the directory holds something else, other settings or a damaged shard, or if another
  ///   process writes there.
  public init(_ path: String, settings: ShardSettings = ShardSettings()) throws(ShardError) {
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
    for name in names where name.hasSuffix(ShardFormat.partialSuffix) { try Directory.remove("\(path)/\(name)") }

    finished = Set(shards.flatMap { $0.clips.map(\.description) })
    // A damaged index only means that clips which failed are not tried again.
    let indexed = (try? ShardIndex("\(path)/\(ShardFormat.indexName)"))?.shards.count ?? 0
    indexedShards = min(indexed, shards.count)
    failed = Set(shards[indexedShards...].flatMap { $0.failures.map(\.description) }).subtracting(finished)
    state = Lock(State(shards: shards, current: nil, failed: []))
  }

  /// Files that are none of a shard set's mean that the directory is used for something else.
  private static func refuseForeign(_ names: [String], _ path: String) throws(ShardError) {
    let own = { (name: String) in
      ShardFormat.shardNumber(name) != nil || name == ShardFormat.indexName || name == ShardFormat.failuresName
        || name.hasSuffix(ShardFormat.partialSuffix)
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
      let differences = settings.differences(from: try ShardFile(file).header().settings)
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

  private func open(_ state: inout State) throws(ShardError) {
    guard state.current == nil else { return }
    state.current = try ShardWriter(directory: path, number: state.shards.count, settings: settings)
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
      let failures = try ShardSet.publish(state.shards, alsoFailed: state.failed, in: path)
      return Summary(
        shards: state.shards.count, clips: state.shards.reduce(0) { $0 + $1.clips.count },
        frames: state.shards.reduce(0) { $0 + $1.clips.reduce(0) { $0 + $1.frameCount } },
        bytes: state.shards.reduce(0) { $0 + $1.fileSize }, failures: failures)
    }
  }
}
