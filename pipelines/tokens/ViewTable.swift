internal import FoundationEssentials
internal import SluiceAugment
internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceSamples
public import SluiceShards

/// The views of a shard set's clips that were drawn and stored beside the shards, in `views.safetensors`.
///
/// ```swift
/// let views = try ViewTable(of: ShardSet("shards/train"))
/// let first = try views.view(0)        // its frames, and what is cut out of them
/// ```
/// Tokens belong to pixels: of these views they can be made once, by any program. `shards/FORMAT.md` describes the file.
public struct ViewTable: Sendable {
  static let format: String = "sluice-views 1"
  /// Letters that tell a clip from others.
  static let sourceLength = 32

  /// Where it is.
  public let path: String
  /// The digest of all that it holds: tokens name the views that they are of by it.
  public let identity: String
  /// What was drawn, and by whose recipe.
  public let facts: ViewRecipe.Facts
  /// The seed that the views were drawn with.
  public let seed: UInt64
  /// Views of all clips; those of a clip follow each other.
  public let count: Int
  /// Clips of the set.
  public let clipCount: Int
  /// The digest of the clips, see ``ShardSet/clipDigest()``.
  let clips: String

  private let file: SafetensorsFile
  private let frames: TensorInfo
  private let geometry: TensorInfo
  private let firsts: TensorInfo
  private let sources: TensorInfo?

  /// Opens the views of a set, and compares them with its clips.
  /// - Throws: ``TableError`` if there are none, they are damaged, or are of other clips.
  public init(of set: ShardSet) throws {
    let path = ViewTable.path(in: set.path)
    guard FileKind(at: path) != nil else {
      throw TableError(
        set.path, "there are no stored views. `sluice preprocess LIST --out \(set.path) --token-views N` draws some.")
    }
    try self.init(opening: path)
    guard clipCount == set.count, try clips == set.clipDigest() else {
      throw TableError(
        path,
        "the views are of \(clipCount) clips, and the set has \(set.count) now that are not the same. Draw them anew by "
          + "`sluice preprocess LIST --out \(set.path) --token-views N`: clips that stay keep their views and tokens.")
    }
  }

  /// Opens a file.
  /// - Throws: an error that says what is damaged.
  init(opening path: String) throws {
    let file = try SafetensorsFile(path: path)
    let about = try TableMetadata(of: file, format: ViewTable.format)
    (self.path, self.file) = (path, file)
    identity = try about.text("identity")
    clips = try about.text("clips")
    let facts = Data(try about.text("recipe").utf8)
    guard let facts = try? JSONDecoder().decode(ViewRecipe.Facts.self, from: facts), facts.frameCount > 0,
      facts.cell > 0, facts.side >= facts.cell, facts.side % facts.cell == 0,
      Resampling(rawValue: facts.resampling) != nil, PixelPath(rawValue: facts.path) != nil,
      let seed = UInt64(try about.text("seed"))
    else { throw TableError(path, "its metadata “recipe” and “seed” describe no views. \(ViewTable.advice)") }
    (self.facts, self.seed) = (facts, seed)
    (frames, geometry, firsts) = (try file.info("frames"), try file.info("geometry"), try file.info("firsts"))
    sources = file["sources"]
    count = frames.shape.first ?? 0
    clipCount = max((firsts.shape.first ?? 0) - 1, 0)
    guard frames.shape == [count, facts.frameCount], geometry.shape == [count, ViewGeometry.columns.count],
      firsts.shape == [clipCount + 1], [frames, geometry, firsts].allSatisfy({ $0.type == .uint32 })
    else {
      throw TableError(
        path,
        "frames \(frames.shape), geometry \(geometry.shape) and firsts \(firsts.shape) do not fit together as 32-bit "
          + "numbers of views of \(facts.frameCount) frames. \(ViewTable.advice)")
    }
    if let sources, sources.shape != [clipCount, ViewTable.sourceLength] || sources.type != .uint8 {
      throw TableError(
        path,
        "sources are \(sources.type.rawValue) \(sources.shape); U8 [\(clipCount), \(ViewTable.sourceLength)], one for each "
          + "clip, is wanted. \(ViewTable.advice)")
    }
    guard try digest() == identity, try areFirstsInOrder(), try areSourcesWhole() else {
      throw TableError(path, "its content is not what its identity says: it is damaged. \(ViewTable.advice)")
    }
  }

  private static let advice = "Draw the views anew by `sluice preprocess` with --token-views."

  /// Where the views of a set are.
  public static func path(in directory: String) -> String { ShardSet.viewsPath(in: directory) }

  /// The numbers of the views of a clip; none of a clip of which nothing can be seen.
  public func views(of clip: Int) throws -> Range<Int> {
    let bounds = try file.integers(ofRows: clip..<clip + 2, of: firsts)
    return bounds[0]..<bounds[1]
  }

  /// The clip that a view is of.
  public func clip(of view: Int) throws -> Int {
    // The last clip whose first view is no later; clips without views have the first one of the next.
    var (low, high) = (0, clipCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if try file.integers(ofRows: middle..<middle + 1, of: firsts)[0] <= view { low = middle } else { high = middle }
    }
    return low
  }

  /// A view.
  /// - Parameter start: the number of this table's first view among those of all data.
  /// - Throws: ``TableError`` if what stands there is no view.
  public func view(_ number: Int, from start: Int = 0) throws -> ClipView {
    let row = try file.integers(ofRows: number..<number + 1, of: geometry)
    guard let geometry = ViewGeometry(row) else {
      throw TableError(
        path, "view \(number) is \(row), and its last three numbers are wanted 0 or 1. \(ViewTable.advice)")
    }
    let frames = try file.integers(ofRows: number..<number + 1, of: frames)
    return ClipView(number: start + number, frames: frames, geometry: geometry)
  }

  /// The numbers of the frames of a view, and those of its geometry, as they stand in the file.
  func numbers(of view: Int) throws -> (frames: [Int], geometry: [Int]) {
    (
      try file.integers(ofRows: view..<view + 1, of: frames), try file.integers(ofRows: view..<view + 1, of: geometry)
    )
  }

  /// What each clip is known by, see ``ShardSet/clipSources()``; `nil` in files that do not say.
  func clipSources() throws -> [String]? {
    guard let sources else { return nil }
    let bytes = try file.bytes(sources.name)
    return stride(from: 0, to: bytes.count, by: ViewTable.sourceLength).map { start in
      String(decoding: bytes[start..<start + ViewTable.sourceLength], as: UTF8.self)
    }
  }

  /// Whether the file says what each clip is known by.
  var hasSources: Bool { sources != nil }

  private func areSourcesWhole() throws -> Bool {
    guard let sources else { return true }
    return file.metadata[sources.name] == SHA256.hexadecimal(of: try file.bytes(sources.name))
  }

  private func areFirstsInOrder() throws -> Bool {
    let firsts = try file.integers(firsts.name)
    return firsts.first == 0 && firsts.last == count && zip(firsts, firsts.dropFirst()).allSatisfy { $0 <= $1 }
  }

  private func digest() throws -> String {
    var hash = ViewTable.begunDigest(facts: file.metadata["recipe"] ?? "", seed: seed, clips: clips)
    for tensor in [firsts, frames, geometry] { hash.update(try file.bytes(tensor.name)) }
    return hash.hexadecimal()
  }

  /// The hash of what stands in the metadata; the tensors `firsts`, `frames` and `geometry` follow.
  static func begunDigest(facts: String, seed: UInt64, clips: String) -> SHA256 {
    var hash = SHA256()
    hash.update(Array("\(format)\n\(facts)\n\(seed)\n\(clips)\n".utf8))
    return hash
  }
}

extension ShardSet {
  /// The digest of what views depend on: how frames were stored, which part of which file each clip is, how many frames it
  /// has, and how large.
  ///
  /// Not of labels, captions and names of classes, which may be corrected.
  /// - Throws: ``ShardError`` if an entry is damaged.
  public func clipDigest() throws -> String {
    var hash = SHA256()
    hash.update(Array(try frameLine().utf8))
    for number in 0..<count { hash.update(Array(try line(ofClip: number).utf8)) }
    return hash.hexadecimal()
  }

  /// What each clip is known by in a set with other clips or of another order: the beginning of the digest of what views of
  /// it depend on, hexadecimal.
  /// - Throws: ``ShardError`` if an entry is damaged.
  func clipSources() throws -> [String] {
    let frames = try frameLine()
    return try (0..<count).map { number in
      let digest = SHA256.hexadecimal(of: Array((frames + (try line(ofClip: number))).utf8))
      return String(digest.prefix(ViewTable.sourceLength))
    }
  }

  private func frameLine() throws -> String { "frames \(try settings().frameChange ?? "as decoded")\n" }

  private func line(ofClip number: Int) throws -> String {
    let info = try clip(number).info
    let (about, size) = (info.description, info.geometry)
    let part =
      [about.start, about.end].map { $0.map { "\($0)" } ?? "" }
      + [about.firstFrame, about.endFrame].map { $0.map { "\($0)" } ?? "" }
    let numbers = [about.copy, info.frameCount, size.width, size.height].map(String.init)
    // Lengths first: no path can look like the rest of another line.
    return "\(about.path.utf8.count) \(about.path) \((part + numbers).joined(separator: " "))\n"
  }
}

extension ViewTable: CustomStringConvertible {
  /// How many there are of what, on one line.
  public var description: String {
    "\(count) of \(facts.frameCount) frames of \(facts.side) pixels for \(facts.system), \(identity.prefix(16))"
  }
}
