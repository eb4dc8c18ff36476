internal import FoundationEssentials
internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceShards
public import SluiceTokenize

/// Tokens in the making: files beside a set's shards, so that what was computed stays when the command is interrupted.
///
/// What was computed is appended, view by view of ``remaining``; ``finish()`` makes a table of it.
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
  /// The views that are given tokens, ascending: all, or those that a table lacks to which clips were added.
  private let wanted: [Int]
  /// How many of them have tokens.
  private var count = 0

  /// Goes on behind what an earlier run left of the same views and tokenizer.
  /// - Parameter replaces: whether tokens of another tokenizer may be taken the place of.
  /// - Throws: ``TableError`` if there are some and they may not; an error that says what cannot be written.
  public init(of set: ShardSet, _ views: ViewTable, _ tokenizer: any Tokenizer, replacing replaces: Bool = false) throws
  {
    (self.set, self.views, self.tokenizer, self.replaces) = (set, views, tokenizer, replaces)
    folder = ShardSet.tokenPartsPath(in: set.path)
    // Before days of work.
    if !replaces { try TokenTable.requireNoOther(than: tokenizer.identity, in: set) }
    let stored = replaces ? nil : TokenTable.incomplete(in: set, of: views, by: tokenizer.identity)
    wanted = (0..<views.count).filter { stored?.row(of: $0) == nil }
    while count < wanted.count, let part = try? TokenTable(opening: path(of: count)),
      part.views == views.identity, part.tokenizer == tokenizer.identity,
      part.vocabularySize == tokenizer.vocabularySize,
      (0..<part.count).map(part.view(ofRow:)) == Array(remaining.prefix(TokenParts.perFile))
    {
      count += part.count
    }
    try createDirectories(folder)
    // What else is there is of other views, or of another tokenizer.
    let known = Set(stride(from: 0, to: count, by: TokenParts.perFile).map(path(of:)))
    for name in try filesBelow(folder) where !known.contains("\(folder)/\(name)") {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// The numbers of the views that have no tokens yet.
  public var remaining: ArraySlice<Int> { wanted[count...] }

  /// How many views have tokens, those that had some before included.
  public var doneCount: Int { views.count - remaining.count }

  /// Adds the words of the next view.
  /// - Throws: ``TableError`` if they are of another one; an error that says what cannot be written.
  public mutating func append(_ next: Viewed<[Int]>) throws {
    try next.require(wanted[count], of: views)
    pending += TokenTable.bytes(of: next.content, .uint32)
    count += 1
    if count % TokenParts.perFile == 0 || count == wanted.count { try writePending() }
  }

  /// Stores the tokens of all views beside the shards.
  public func finish() throws -> TokenTable.Taken {
    let taken = try TokenTable.take(folder, into: set, replacing: replaces)
    try FileManager.default.removeItem(atPath: folder)
    return taken
  }

  /// The file of a view that is wanted, by its index among them.
  private func path(of index: Int) -> String { "\(folder)/part-\(index / TokenParts.perFile).safetensors" }

  private mutating func writePending() throws {
    let first = (count - 1) / TokenParts.perFile * TokenParts.perFile
    let side = views.facts.cellsPerSide
    let shape = [count - first, views.facts.frameCount, side, side]
    let numbers = TensorInfo(name: "numbers", type: .uint32, shape: [count - first])
    try SafetensorsFile.write(
      [
        TensorContent(TensorInfo(name: "tokens", type: .uint32, shape: shape), bytes: pending),
        TensorContent(numbers, bytes: TokenTable.bytes(of: Array(wanted[first..<count]), .uint32)),
      ],
      metadata: [
        "views": views.identity, "tokenizer": tokenizer.identity, "vocabulary": "\(tokenizer.vocabularySize)",
      ], to: path(of: first))
    pending.removeAll(keepingCapacity: true)
  }
}
