public import SluiceFlow
internal import SluicePlatform
public import SluiceSamples
public import SluiceShards
public import SluiceTokenize
internal import SluiceTraining

/// The stored views of some shard sets, one after the other, with their tokens: what a run reads in place of a tokenizer.
///
/// ```swift
/// let tokens = try StoredTokens(of: [ShardSet("shards/train")])
/// DrawView(tokens)                       // one of the clip's views, and its frames
/// Augment(.storedView(224))              // what it shows
/// TokenTarget(tokens)                    // the words of its cells
/// ```
public struct StoredTokens: TokenSource {
  /// A set's views, the tokens of them, and the numbers of its first clip and view among those of all.
  private struct Part {
    let views: ViewTable
    let tokens: TokenTable
    let firstClip: Int
    let firstView: Int
  }

  private let parts: [Part]
  /// Frames of a view; the longest if sets differ.
  var frameCount: Int { parts.map(\.views.facts.frameCount).max() ?? 0 }

  public let identity: String
  public let vocabularySize: Int
  /// The directories of the sets.
  let directories: [String]

  /// Opens views and tokens of each set, in the order in which a source has their clips.
  /// - Throws: ``TableError`` if a set has none, they do not fit together, or sets have tokens of unlike tokenizers.
  public init(of sets: [ShardSet]) throws {
    var (parts, clip, view): ([Part], Int, Int) = ([], 0, 0)
    for set in sets {
      let views = try ViewTable(of: set)
      let path = TokenTable.path(in: set.path)
      guard FileKind(at: path) != nil else {
        throw TableError(
          set.path,
          "its views have no tokens. `sluice shards tokens \(set.path) --tokenizer ENCODER` makes some, --add takes in those "
            + "of another program.")
      }
      let tokens = try TokenTable(opening: path)
      try tokens.requireFit(to: views)
      guard TokenTable.incomplete(in: set, of: views, by: tokens.tokenizer) == nil else {
        throw TableError(
          path,
          "it has tokens of \(tokens.count) of \(views.count) views: clips were added. "
            + "`sluice shards tokens \(set.path) --tokenizer ENCODER` makes the others, --add takes in those of another "
            + "program.")
      }
      guard tokens.isSealed, tokens.first == 0, tokens.count == views.count else {
        throw TableError(
          path,
          "it has tokens of \(tokens.count) of \(views.count) views, \(tokens.isSealed ? "with" : "without") checksums, and "
            + "was not made by `sluice shards tokens`. Add it by `sluice shards tokens \(set.path) --add`.")
      }
      parts.append(Part(views: views, tokens: tokens, firstClip: clip, firstView: view))
      (clip, view) = (clip + set.count, view + views.count)
    }
    guard let first = parts.first?.tokens else {
      throw TableError("--data", "there are no shards, and only clips of shards have stored tokens.")
    }
    for part in parts.dropFirst() {
      try StoredTokens.requireSame(part.tokens, as: first.tokenizer, of: first.vocabularySize, in: first.path)
    }
    (self.parts, identity, vocabularySize) = (parts, first.tokenizer, first.vocabularySize)
    directories = sets.map(\.path)
  }

  /// - Throws: ``TableError`` if tokens are of another tokenizer than those that stand elsewhere.
  private static func requireSame(
    _ tokens: TokenTable, as tokenizer: String, of vocabularySize: Int, in path: String
  ) throws(TableError) {
    guard tokens.tokenizer == tokenizer, tokens.vocabularySize == vocabularySize else {
      throw TableError(
        tokens.path,
        "its tokens are \(tokens.vocabularySize) words of “\(tokens.tokenizer)”, and those of \(path) are \(vocabularySize) "
          + "words of “\(tokenizer)”. All data of a run has tokens of one tokenizer.")
    }
  }

  /// - Throws: ``TableError`` if these tokens are of another tokenizer than `others`.
  func requireSame(as others: StoredTokens) throws(TableError) {
    guard let part = parts.first, let other = others.parts.first else { return }
    try StoredTokens.requireSame(
      part.tokens, as: other.tokens.tokenizer, of: other.tokens.vocabularySize, in: other.tokens.path)
  }

  /// Views and tokens of each set, to be compared when a run is resumed.
  var digest: String {
    get throws {
      try parts.map { "\($0.views.identity.prefix(16)) \(try $0.tokens.digest)" }.joined(separator: ", ")
    }
  }

  /// Compares the views with those that a run would draw.
  /// - Throws: ``RunError`` that names the first setting with another value.
  func requireViews(of recipe: ViewRecipe) throws(RunError) {
    let wanted = recipe.facts
    for part in parts {
      let (found, path) = (part.views.facts, part.views.path)
      let unlike = Set(found.settings.keys).symmetricDifference(wanted.settings.keys)
      guard unlike.isEmpty else {
        throw RunError(
          .configuration,
          "\(path): the views were drawn for \(found.system), and \(wanted.system) sees others: they differ in "
            + "\(unlike.sorted().joined(separator: ", ")). Draw views with --views-for \(wanted.system) and "
            + "the run's settings.")
      }
      for (name, value) in wanted.settings.sorted(by: { $0.key < $1.key }) {
        guard let stored = found.settings[name], stored != value else { continue }
        throw RunError(
          .configuration,
          "\(name)=\(value): the views of \(path) were drawn with \(stored), and tokens belong to them. Take --set "
            + "\(name)=\(stored), or draw other views with --set \(name)=\(value).")
      }
      guard (found.frameCount, found.side, found.cell) == (wanted.frameCount, wanted.side, wanted.cell) else {
        throw RunError(
          .configuration,
          "\(path): the views have \(found.frameCount) frames of \(found.side) pixels with a token for each cell of "
            + "\(found.cell); the network wants \(wanted.frameCount) of \(wanted.side) with cells of \(wanted.cell). Draw "
            + "views with the settings of the run.")
      }
    }
  }

  /// The part that has a number, and the number in it.
  private func part(_ number: Int, _ first: KeyPath<Part, Int>) -> (part: Part, number: Int) {
    // There are few; a number outside was made from none of them.
    let part = parts.last { $0[keyPath: first] <= number } ?? parts[0]
    return (part, number - part[keyPath: first])
  }

  /// One of a clip's views.
  /// - Parameter clip: the clip's number among those of all sets.
  /// - Throws: ``TableError`` if nothing can be seen of it.
  func view(of clip: Int, draws: inout some RandomDraws) throws -> ClipView {
    let (part, number) = part(clip, \.firstClip)
    let views = try part.views.views(of: number)
    guard let last = views.last else {
      throw TableError(part.views.path, "no view could be drawn of clip \(number): it is too short for the recipe.")
    }
    return try part.views.view(draws.integer(in: views.lowerBound...last), from: part.firstView)
  }

  private func tokens(of clip: Clip) throws(TableError) -> (table: TokenTable, view: Int) {
    guard let view = clip.view else {
      throw TableError(
        parts[0].views.path, "the clip was not seen as one of its stored views. Put DrawView where frames are chosen.")
    }
    let (part, number) = part(view.number, \.firstView)
    return (part.tokens, number)
  }

  public func grid(of clip: Clip) throws(TableError) -> TokenGrid { try tokens(of: clip).table.grid }

  public func words(of clip: Clip, frames: [Int]) throws -> [Int] {
    let (table, view) = try tokens(of: clip)
    let (words, area) = (try table.words(of: view), table.grid.rows * table.grid.columns)
    return frames.flatMap { words[$0 * area..<($0 + 1) * area] }
  }
}

/// Chooses one of a clip's stored views, and with it the frames; decodes none.
///
/// Stands where frames are chosen; ``Augment`` with `.storedView` shows what the view cuts out of them.
public struct DrawView: Stage, ByteBounded {
  private let tokens: StoredTokens

  public init(_ tokens: StoredTokens) {
    self.tokens = tokens
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = tokens.frameCount
    return size
  }

  /// - Throws: ``TableError`` if nothing can be seen of the clip, or its entry is damaged.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    var draws = context.random()
    let view = try tokens.view(of: context.sample, draws: &draws)
    return FrameSelection(handle: handle.seen(as: view), indices: view.frames)
  }
}
