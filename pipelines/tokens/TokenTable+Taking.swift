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
  /// What was there before stays until all of the new table is on the disk.
  /// - Parameters:
  ///   - path: a file, or a folder whose files each have tokens of some of the views.
  ///   - replaces: whether tokens of another tokenizer may be taken the place of.
  /// - Throws: an error that names the file, and what of it does not fit the set's views.
  public static func take(_ path: String, into set: ShardSet, replacing replaces: Bool = false) throws -> Taken {
    let views = try ViewTable(of: set)
    let parts = try files(at: path).map { try TokenTable(opening: $0) }.sorted { $0.first < $1.first }
    for part in parts { try part.requireFit(to: views) }
    let tokenizer = try common(parts)
    try requireEvery(of: views, in: parts, at: path)
    if !replaces { try requireNoOther(than: tokenizer, in: set) }
    return try store(parts, count: views.count, in: self.path(in: set.path))
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

  /// Checks that each view has tokens in exactly one of the parts, which are in order.
  private static func requireEvery(of views: ViewTable, in parts: [TokenTable], at path: String) throws {
    var next = 0
    for (index, part) in parts.enumerated() {
      if part.first < next {
        throw TableError(
          part.path,
          "views \(part.first) to \(min(next, part.first + part.count) - 1) have tokens in "
            + "\(parts[index - 1].path) too. Each view has them once.")
      }
      guard part.first == next else { break }
      next += part.count
    }
    guard next == views.count else {
      let clip = try views.clip(of: next)
      let held = parts.reduce(0) { $0 + $1.count }
      throw TableError(
        path,
        "\(held) of \(views.count) views have tokens; the first that has none is view \(next), of clip \(clip). Add "
          + "its tokens to the table, or to a further file of the folder.")
    }
  }

  /// Writes the tokens of all parts as one file.
  private static func store(_ parts: [TokenTable], count: Int, in path: String) throws -> Taken {
    let about = parts[0]
    let type: StoredType = about.vocabularySize <= 1 << 16 ? .uint16 : .uint32
    let shape = [count, about.grid.steps, about.grid.rows, about.grid.columns]
    var (checksums, frequencies) = ([UInt8](), [Int](repeating: 0, count: about.vocabularySize))
    checksums.reserveCapacity(4 * count)
    // Everything is looked at before anything is written.
    for part in parts {
      for view in part.first..<part.first + part.count {
        let words = try part.words(of: view)
        for word in words { frequencies[word] += 1 }
        var sum = Checksum()
        sum.add(unsafe bytes(of: words, type).span.bytes)
        checksums.append(littleEndian: sum.value)
      }
    }
    let tokens = TensorContent(TensorInfo(name: "tokens", type: type, shape: shape)) {
      (put: (RawSpan) throws(CheckpointError) -> Void) throws(CheckpointError) in
      for part in parts {
        for view in part.first..<part.first + part.count {
          let words: [Int]
          do { words = try part.words(of: view) } catch {
            // Somebody changes the file.
            throw CheckpointError(.unreadable, file: part.path, (error as? TableError)?.reason ?? "\(error)")
          }
          try put(unsafe bytes(of: words, type).span.bytes)
        }
      }
    }
    let sums = TensorContent(TensorInfo(name: "checksums", type: .uint32, shape: [count]), bytes: checksums)
    try SafetensorsFile.write(
      [tokens, sums],
      metadata: [
        "views": about.views, "tokenizer": about.tokenizer, "vocabulary": "\(about.vocabularySize)",
      ], to: path)
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
