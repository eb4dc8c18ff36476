internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceShards

extension TokenTable {
  /// What was stored beside a set.
  public struct Taken: Sendable {
    public let table: TokenTable
    /// How often each word of the vocabulary occurs.
    public let frequencies: [Int]

    /// The share of the most frequent word.
    public var largestShare: Double {
      Double(frequencies.max() ?? 0) / Double(max(frequencies.reduce(0, +), 1))
    }
  }

  /// Checks tables of tokens and stores them as one beside a set's shards, each view's with a checksum.
  ///
  /// A stored table that lacks tokens of some views, because clips were added, is completed. What was there before stays
  /// until all of the new table is on the disk.
  /// - Parameters:
  ///   - path: a file, or a folder whose files each have tokens of some of the views.
  ///   - replaces: whether tokens of another tokenizer may be taken the place of; none that are there stay then.
  /// - Throws: an error that names the file, and what of it does not fit the set's views.
  public static func take(_ path: String, into set: ShardSet, replacing replaces: Bool = false) throws -> Taken {
    let views = try ViewTable(of: set)
    var parts = try files(at: path).map { try TokenTable(opening: $0) }.sorted { $0.first < $1.first }
    for part in parts { try part.requireFit(to: views) }
    let tokenizer = try common(parts)
    var holders = try owners(of: views, in: parts)
    if !replaces {
      try requireNoOther(than: tokenizer, in: set)
      if let stored = incomplete(in: set, of: views, by: tokenizer) {
        for view in (0..<stored.count).map(stored.view(ofRow:)) where holders[view] == nil {
          holders[view] = parts.count
        }
        parts.append(stored)
        _ = try common(parts)
      }
    }
    let whole = holders.compactMap(\.self)
    guard whole.count == views.count else {
      let next = holders.firstIndex(of: nil) ?? 0
      let clip = try views.clip(of: next)
      throw TableError(
        path,
        "\(whole.count) of \(views.count) views have tokens; the first that has none is view \(next), of clip \(clip). Add "
          + "its tokens to the table, or to a further file of the folder.")
    }
    return try store(as: parts[0], of: views.identity, count: whole.count, in: self.path(in: set.path)) {
      [parts] view in
      try parts[whole[view]].words(of: view)
    }
  }

  /// The tokens of a set's views; `nil` if there are none, they are of other views, or Sluice did not write them.
  static func stored(in set: ShardSet, of views: ViewTable) -> TokenTable? {
    guard let table = try? TokenTable(opening: path(in: set.path)), table.isSealed,
      (try? table.requireFit(to: views)) != nil
    else { return nil }
    return table
  }

  /// The tokens of a set's views, if they are of a tokenizer and some views have none.
  static func incomplete(in set: ShardSet, of views: ViewTable, by tokenizer: String) -> TokenTable? {
    stored(in: set, of: views).flatMap { $0.tokenizer == tokenizer && $0.count < views.count ? $0 : nil }
  }

  /// The numbers of the views of a set that have no tokens.
  /// - Throws: ``TableError`` if all have some.
  public static func missing(of views: ViewTable, in set: ShardSet) throws(TableError) -> [Int] {
    let table = stored(in: set, of: views)
    let numbers = (0..<views.count).filter { table?.row(of: $0) == nil }
    guard !numbers.isEmpty else {
      throw TableError(
        path(in: set.path), "all \(views.count) views have tokens. Leave out --missing to write all views.")
    }
    return numbers
  }

  /// Keeps the tokens of views that a set has still, under the numbers that the views have now.
  ///
  /// Those that do not have their checksum are left out.
  /// - Parameters:
  ///   - before: the number that each view had; `nil` for a new one.
  ///   - old: the views before; nothing is done if the tokens are of others.
  ///   - identity: of the views now.
  /// - Throws: an error that says what cannot be written.
  static func keep(_ before: [Int?], of old: ViewTable, as identity: String, in set: ShardSet) throws {
    guard let table = stored(in: set, of: old) else { return }
    let kept = before.indices.compactMap { view -> (now: Int, before: Int)? in
      guard let number = before[view], (try? table.words(of: number)) != nil else { return nil }
      return (view, number)
    }
    guard !kept.isEmpty else { return }
    let numbers = kept.count < before.count ? kept.map(\.now) : nil
    _ = try store(as: table, of: identity, count: kept.count, numbers: numbers, in: path(in: set.path)) { row in
      try table.words(of: kept[row].before)
    }
  }

  /// - Throws: ``TableError`` if a set has tokens of another tokenizer than this one.
  static func requireNoOther(than tokenizer: String, in set: ShardSet) throws(TableError) {
    let stored = path(in: set.path)
    guard let before = try? TokenTable(opening: stored), before.tokenizer != tokenizer else { return }
    throw TableError(
      stored,
      "there are tokens of “\(before.tokenizer)” already, and these are of “\(tokenizer)”. --replace takes them in their "
        + "place.")
  }

  private static func files(at path: String) throws -> [String] {
    switch FileKind(at: path) {
    case nil:
      throw TableError(path, "there is no such file or folder. Name the table of tokens, or the folder with its parts.")
    case .folder:
      let names = try filesBelow(path).filter { $0.hasSuffix(".safetensors") && !$0.contains("/") }
      // The views' pixels may lie beside their tokens.
      let paths = try names.map { "\(path)/\($0)" }.filter { try SafetensorsFile(path: $0)["tokens"] != nil }
      guard !paths.isEmpty else {
        throw TableError(
          path, "no .safetensors file of the folder has a tensor “tokens”. Name the one with the tables.")
      }
      return paths
    default: return [path]
    }
  }

  /// The tokenizer of all parts.
  private static func common(_ parts: [TokenTable]) throws(TableError) -> String {
    for part in parts.dropFirst() {
      guard part.tokenizer == parts[0].tokenizer else {
        throw TableError(
          part.path,
          "its tokens are of “\(part.tokenizer)”, those of \(parts[0].path) of “\(parts[0].tokenizer)”. All parts of a table "
            + "have one tokenizer.")
      }
      guard part.vocabularySize == parts[0].vocabularySize else {
        throw TableError(
          part.path,
          "its vocabulary has \(part.vocabularySize) words, that of \(parts[0].path) \(parts[0].vocabularySize). All parts of "
            + "a table have one vocabulary.")
      }
    }
    return parts[0].tokenizer
  }

  /// The index of the part that has the tokens of each view; `nil` where none has.
  /// - Throws: ``TableError`` if two parts have tokens of one view.
  private static func owners(of views: ViewTable, in parts: [TokenTable]) throws(TableError) -> [Int?] {
    var owners = [Int?](repeating: nil, count: views.count)
    for (index, part) in parts.enumerated() {
      let numbers = (0..<part.count).map(part.view(ofRow:))
      let twice = numbers.filter { owners[$0] != nil }
      if let first = twice.first, let last = twice.last, let other = owners[first] {
        throw TableError(
          part.path,
          "views \(first) to \(last) have tokens in \(parts[other].path) too. Each view has them once.")
      }
      for number in numbers { owners[number] = index }
    }
    return owners
  }

  /// Writes tokens as one file.
  /// - Parameters:
  ///   - about: a table with the same tokenizer, vocabulary and cells.
  ///   - views: the identity of the views.
  ///   - numbers: the views that rows are of, ascending; `nil` if they are all.
  ///   - words: the words of each row.
  private static func store(
    as about: TokenTable, of views: String, count: Int, numbers: [Int]? = nil, in path: String,
    _ words: @escaping @Sendable (_ row: Int) throws -> [Int]
  ) throws -> Taken {
    let type: StoredType = about.vocabularySize <= 1 << 16 ? .uint16 : .uint32
    let shape = [count, about.grid.steps, about.grid.rows, about.grid.columns]
    var (checksums, frequencies) = ([UInt8](), [Int](repeating: 0, count: about.vocabularySize))
    checksums.reserveCapacity(4 * count)
    // Everything is looked at before anything is written.
    for row in 0..<count {
      let read = try words(row)
      for word in read { frequencies[word] += 1 }
      var sum = Checksum()
      sum.add(unsafe bytes(of: read, type).span.bytes)
      checksums.append(littleEndian: sum.value)
    }
    let tokens = TensorContent(TensorInfo(name: "tokens", type: type, shape: shape)) {
      (put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) in
      for row in 0..<count {
        let read: [Int]
        do { read = try words(row) } catch {
          // Somebody changes the file.
          let known = error as? TableError
          throw CheckpointError(.unreadable, file: known?.path ?? path, known?.reason ?? "\(error)")
        }
        try put(unsafe bytes(of: read, type).span.bytes)
      }
    }
    var contents = [
      tokens, TensorContent(TensorInfo(name: "checksums", type: .uint32, shape: [count]), bytes: checksums),
    ]
    if let numbers {
      contents.append(
        TensorContent(
          TensorInfo(name: "numbers", type: .uint32, shape: [count]), bytes: bytes(of: numbers, .uint32)))
    }
    try SafetensorsFile.write(
      contents,
      metadata: ["views": views, "tokenizer": about.tokenizer, "vocabulary": "\(about.vocabularySize)"], to: path)
    return Taken(table: try TokenTable(opening: path), frequencies: frequencies)
  }

  /// Words as little-endian numbers.
  static func bytes(of words: [Int], _ type: StoredType) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * type.byteCount)
    for word in words { bytes.append(littleEndian: word, count: type.byteCount) }
    return bytes
  }
}
