internal import FoundationEssentials
internal import SluiceAugment
internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceSamples
public import SluiceShards

extension ViewTable {
  /// What became of the clips when views were drawn.
  public struct Drawing: Sendable {
    public let table: ViewTable
    /// Clips of which nothing can be seen, and why.
    public let unseen: [(path: String, reason: String)]
    /// Whether the views are those that were there before.
    public let isUnchanged: Bool
    /// How many of the views have tokens; `nil` if there is no table of tokens, or it is of other views.
    public let tokenCount: Int?

    fileprivate init(_ table: ViewTable, _ views: DrawnViews, isUnchanged: Bool, in set: ShardSet) {
      (self.table, unseen, self.isUnchanged) = (table, views.unseen, isUnchanged)
      tokenCount = TokenTable.stored(in: set, of: table)?.count
    }
  }

  /// Draws views of all clips of a set and stores them beside its shards; those that are there already stay if they are
  /// the same.
  ///
  /// Frames are not decoded. The same set, recipe and seed give the same bytes where there were no views before; clips that
  /// had some of that recipe and seed keep them, and the tokens of them.
  /// - Parameters:
  ///   - perClip: views of each clip.
  ///   - seed: the key of all that is drawn.
  /// - Throws: an error that says what is damaged or cannot be written; ``TableError`` if nothing can be seen of any clip.
  public static func draw(
    _ perClip: Int, of set: ShardSet, by recipe: ViewRecipe, seed: UInt64
  ) throws -> Drawing {
    let (sources, kept) = (try set.clipSources(), KeptViews(in: set.path, recipe.facts, seed: seed))
    let views = try DrawnViews(perClip, of: set, by: recipe, seed: seed, sources: sources, kept: kept)
    let (text, clips) = (try json(recipe.facts), try set.clipDigest())
    var hash = begunDigest(facts: text, seed: seed, clips: clips)
    for bytes in [views.firsts, views.frames, views.geometry] { hash.update(bytes) }
    let identity = hash.hexadecimal()
    let before = try? ViewTable(of: set)
    let isUnchanged = before?.identity == identity
    if isUnchanged, let before, before.hasSources {
      return Drawing(before, views, isUnchanged: true, in: set)
    }
    // First, so that a command that is interrupted between both finds what it needs when it is repeated.
    if let kept, !isUnchanged { try TokenTable.keep(views.before, of: kept.table, as: identity, in: set) }
    func tensor(_ name: String, _ type: StoredType, _ shape: [Int], _ bytes: [UInt8]) -> TensorContent {
      TensorContent(TensorInfo(name: name, type: type, shape: shape), bytes: bytes)
    }
    let names = sources.flatMap { Array($0.utf8) }
    try SafetensorsFile.write(
      [
        tensor("frames", .uint32, [views.count, recipe.facts.frameCount], views.frames),
        tensor("geometry", .uint32, [views.count, ViewGeometry.columns.count], views.geometry),
        tensor("firsts", .uint32, [set.count + 1], views.firsts),
        tensor("sources", .uint8, [set.count, sourceLength], names),
      ],
      metadata: [
        "format": format, "identity": identity, "clips": clips, "recipe": text, "seed": "\(seed)",
        "columns": ViewGeometry.columns.joined(separator: " "), "sources": SHA256.hexadecimal(of: names),
      ], to: path(in: set.path))
    return Drawing(try ViewTable(of: set), views, isUnchanged: isUnchanged, in: set)
  }

  private static func json(_ facts: ViewRecipe.Facts) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(facts), as: UTF8.self)
  }
}
