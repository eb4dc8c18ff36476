internal import SluiceMedia
internal import SluicePlatform

/// A directory of shards, open for reading: any frame of any clip without touching another.
///
/// Opening maps the index and looks at its header; a shard is opened when a clip of it is read. Safe to share.
public final class ShardSet: Sendable {
  static let repairAdvice: String = "`sluice shards repair DIR` rebuilds what can be rebuilt."
  /// Shards that are kept open at a time.
  private static let openFiles: Int = 128

  /// The directory's path.
  public let path: String
  let index: ShardIndex
  private let files: Lock<OpenFiles>
  // As many as have ever been in use at a time.
  private let idleDecoders: Lock<[FrameDecoder]>

  private struct OpenFiles {
    var files: [Int: File] = [:]
    // Least recently opened first.
    var order: [Int] = []
  }

  /// Opens a set that ``ShardSetWriter`` wrote.
  /// - Throws: ``ShardError`` if there is no index, or its header is damaged.
  /// - Complexity: O(shards), not clips.
  public init(_ path: String) throws(ShardError) {
    self.path = path
    let indexPath = "\(path)/\(ShardFormat.indexName)"
    guard Directory.exists(indexPath) else {
      let names = Directory.exists(path) ? try Directory.entries(path) : nil
      let advice =
        switch names {
        case nil: "the directory does not exist."
        case let names? where names.contains { ShardFormat.shardNumber($0) != nil }:
          "there are shards but no index: preprocessing was interrupted. Run it again, or `sluice shards repair \(path)`."
        default: "there are no shards. `sluice preprocess LIST --out \(path)` makes them."
        }
      throw ShardError(.missing, advice, file: path)
    }
    index = try ShardIndex(indexPath)
    files = Lock(OpenFiles())
    idleDecoders = Lock([])
  }

  /// Whether shards are in the directory at `path`; they may be damaged or unfinished.
  public static func isSet(_ path: String) -> Bool {
    let names = (try? Directory.entries(path)) ?? []
    return names.contains { $0 == ShardFormat.indexName || ShardFormat.shardNumber($0) != nil }
  }

  /// Clips in all shards.
  public var count: Int { index.clipCount }
  /// Frames of all clips.
  public var frameCount: Int { index.frameCount }
  /// Shards of the set.
  public var shardCount: Int { index.shards.count }
  /// Bytes of all shards.
  public var byteCount: UInt64 { index.shards.reduce(0) { $0 + $1.fileSize } }

  /// How the set was made, from the header of its first shard; the usual settings if it has none.
  public func settings() throws(ShardError) -> ShardSettings {
    guard let first = index.shards.first else { return ShardSettings() }
    return try ShardFile("\(path)/\(ShardFormat.shardName(first.number))").header().facts.settings
  }

  /// The names of the classes that labels number, in the order of their numbers; empty if the set knows none, `nil` for a
  /// number without a name.
  /// - Throws: ``ShardError`` if the first shard's header is damaged.
  public func classNames() throws(ShardError) -> [String?] {
    guard let first = index.shards.first else { return [] }
    return try ShardFile("\(path)/\(ShardFormat.shardName(first.number))").header().facts.classes
  }

  /// The clip with this number, `0 ..< count`, in the order of the list.
  /// - Throws: ``ShardError`` if its entry in the index is damaged.
  public func clip(_ number: Int) throws(ShardError) -> ShardClip {
    ShardClip(set: self, number: number, entry: try index.clip(number))
  }

  /// The numbers of the clips that the list called `path`, in the list's order.
  public func clips(path: String) throws(ShardError) -> [Int] {
    var found: [Int] = []
    for candidate in index.candidates(path: path)
    where ExactText(try index.clip(candidate).info.description.path) == ExactText(path) {
      found.append(candidate)
    }
    return found
  }

  /// An open shard, by its number in the index.
  func file(_ shardIndex: Int) throws(ShardError) -> File {
    let shard = index.shards[shardIndex]
    if let file = files.withLock({ $0.files[shardIndex] }) { return file }
    let name = ShardFormat.shardName(shard.number)
    let file = try File("\(path)/\(name)")
    let size = try file.size()
    guard UInt64(size) == shard.fileSize else {
      throw ShardError(
        .damaged, "\(size) bytes instead of \(shard.fileSize): the file was cut off or exchanged. \(Self.repairAdvice)",
        file: name)
    }
    files.withLock { open in
      if open.files.updateValue(file, forKey: shardIndex) == nil { open.order.append(shardIndex) }
      if open.order.count > Self.openFiles { open.files[open.order.removeFirst()] = nil }
    }
    return file
  }

  /// Lends a decoder to `body`.
  func withDecoder<Result>(_ body: (FrameDecoder) throws(ShardError) -> Result) throws(ShardError) -> Result {
    let decoder: FrameDecoder
    if let idle = idleDecoders.withLock({ $0.popLast() }) { decoder = idle } else { decoder = try FrameDecoder() }
    defer { idleDecoders.withLock { $0.append(decoder) } }
    return try body(decoder)
  }
}
