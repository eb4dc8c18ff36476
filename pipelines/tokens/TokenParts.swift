internal import FoundationEssentials
internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceShards
public import SluiceTokenize

/// Tokens in the making: files beside a set's shards, so that what was computed stays when the command is interrupted.
///
/// What was computed is appended, from view ``count`` on; ``finish()`` makes a table of it.
public struct TokenParts {
  /// Views of a file.
  private static let perFile = 64

  /// Where they are until they are whole.
  private let folder: String
  private let set: ShardSet
  private let views: ViewTable
  private let tokenizer: any Tokenizer
  private let replaces: Bool
  private var pending: [UInt8] = []
  /// Views that have tokens.
  public private(set) var count = 0

  /// Goes on behind what an earlier run left of the same views and tokenizer.
  /// - Parameter replaces: whether tokens of another tokenizer may be taken the place of.
  /// - Throws: ``TableError`` if there are some and they may not; an error that says what cannot be written.
  public init(of set: ShardSet, _ views: ViewTable, _ tokenizer: any Tokenizer, replacing replaces: Bool = false) throws
  {
    (self.set, self.views, self.tokenizer, self.replaces) = (set, views, tokenizer, replaces)
    folder = ShardSet.tokenPartsPath(in: set.path)
    // Before days of work.
    if !replaces { try TokenTable.requireNoOther(than: tokenizer.identity, in: set) }
    while count < views.count, let part = try? TokenTable(opening: path(of: count)), part.first == count,
      part.views == views.identity, part.tokenizer == tokenizer.identity,
      part.vocabularySize == tokenizer.vocabularySize, part.count == min(TokenParts.perFile, views.count - count)
    {
      count += part.count
    }
    // What is left there is of other views, or of another tokenizer.
    if count == 0, FileKind(at: folder) != nil { try FileManager.default.removeItem(atPath: folder) }
    try createDirectories(folder)
  }

  /// Adds the words of the next view.
  /// - Throws: ``TableError`` if they are of another one; an error that says what cannot be written.
  public mutating func append(_ next: Viewed<[Int]>) throws {
    try next.require(count, of: views)
    pending += TokenTable.bytes(of: next.content, .uint32)
    count += 1
    if count % TokenParts.perFile == 0 || count == views.count { try writePending() }
  }

  /// Stores the tokens of all views beside the shards.
  public func finish() throws -> TokenTable.Taken {
    let taken = try TokenTable.take(folder, into: set, replacing: replaces)
    try FileManager.default.removeItem(atPath: folder)
    return taken
  }

  private func path(of view: Int) -> String { "\(folder)/part-\(view / TokenParts.perFile).safetensors" }

  private mutating func writePending() throws {
    let first = (count - 1) / TokenParts.perFile * TokenParts.perFile
    let side = views.facts.cellsPerSide
    let shape = [count - first, views.facts.frameCount, side, side]
    try SafetensorsFile.write(
      [TensorContent(TensorInfo(name: "tokens", type: .uint32, shape: shape), bytes: pending)],
      metadata: [
        "views": views.identity, "first": "\(first)", "tokenizer": tokenizer.identity,
        "vocabulary": "\(tokenizer.vocabularySize)",
      ], to: path(of: first))
    pending.removeAll(keepingCapacity: true)
  }
}
