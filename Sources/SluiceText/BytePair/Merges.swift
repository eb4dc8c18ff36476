internal import SluicePlatform

/// What CLIP's texts are made of: pairs of symbols that are joined, in the order in which that is tried.
///
/// ```swift
/// let merges = try Merges(contentsOf: "bpe_simple_vocab_16e6.txt.gz")
/// merges.vocabularySize  // 49408
/// ```
/// A symbol is a run of the 256 characters that stand for bytes; the last one of a word ends in `</w>`. The ids of symbols
/// are 0…255 for the characters, 256…511 for the characters at a word's end, then one for each merge, then those of the
/// tokens that begin and end a text.
/// - Source: Sennrich et al., "Neural machine translation of rare words with subword units", ACL 2016; Radford et al.,
///   "Learning transferable visual models from natural language supervision", ICML 2021.
public struct Merges: Sendable {
  /// Where they come from, for messages: the path of the file.
  public let origin: String
  /// Each merge as it stands in a file: two symbols with a blank between.
  let lines: [String]

  /// The most merges that are used: as many as make 49,408 symbols.
  static let limit = 49_152 - 256 - 2

  /// Merges of these pairs, in this order.
  ///
  /// - Parameters:
  ///   - pairs: those beyond the first 48,894 are left out; without any, each symbol is a byte.
  ///   - origin: where they come from, for messages.
  /// - Throws: ``VocabularyError`` if a symbol is empty or holds what stands for no byte.
  public init(pairs: [(String, String)], origin: String) throws(VocabularyError) {
    let pairs = pairs.prefix(Merges.limit)
    for (index, pair) in pairs.enumerated() {
      for symbol in [pair.0, pair.1] {
        guard let objection = Merges.objection(to: symbol) else { continue }
        throw VocabularyError(origin: origin, reason: "merge \(index + 1): \(objection)")
      }
    }
    self.init(checked: pairs.map { "\($0) \($1)" }, origin: origin)
  }

  /// - Parameter lines: of two symbols that nothing is wrong with.
  init(checked lines: [String], origin: String) { (self.lines, self.origin) = (lines, origin) }

  /// What is wrong with a symbol; `nil` if nothing is.
  static func objection(to symbol: String) -> String? {
    if symbol.isEmpty { return "a symbol is empty" }
    guard let other = symbol.unicodeScalars.first(where: { ByteAlphabet.byte(of: $0) == nil }) else { return nil }
    return "the symbol “\(symbol)” holds “\(other.escaped(asASCII: true))”, which stands for no byte"
  }

  /// Merges there are.
  public var count: Int { lines.count }

  /// Symbols there are, those of bytes and the two tokens that begin and end a text included.
  public var vocabularySize: Int { ByteAlphabet.symbols.count + count + 2 }

  /// The id of `<|startoftext|>`, which begins a text.
  public var start: Int { vocabularySize - 2 }

  /// The id of `<|endoftext|>`, which ends a text; no id is larger.
  public var end: Int { vocabularySize - 1 }

  /// The two symbols of a merge.
  func pair(_ index: Int) -> (left: String, right: String) {
    let parts = lines[index].split(separator: " ")
    return (String(parts[0]), String(parts[1]))
  }

  /// The file that holds the merges, not packed: a first line that says so, then one on each line.
  public var fileText: String { "#version: 0.2\n" + lines.joined(separator: "\n") + "\n" }

  /// What tells them from others, for people and for files: `48894 merges, 1a2b3c4d5e6f7a8b`.
  public var identity: String { "\(count) merges, \(SHA256.hexadecimal(of: Array(fileText.utf8)).prefix(16))" }
}

extension Merges: Equatable {
  /// Whether the merges are the same, wherever they come from.
  public static func == (first: Merges, second: Merges) -> Bool { first.lines == second.lines }

  /// What sets the merges apart from others, as a clause; `nil` if nothing does.
  ///
  /// The first merge that differs is named, with both origins, and else the numbers of merges.
  public func firstDifference(from other: Merges) -> String? {
    if let index = zip(lines, other.lines).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      return "merge \(index + 1) is “\(lines[index])” in \(origin) and “\(other.lines[index])” in \(other.origin)"
    }
    guard count != other.count else { return nil }
    return
      "\(origin) has \(count) merges and \(other.origin) \(other.count), of which the first \(min(count, other.count)) "
      + "are the same"
  }
}
