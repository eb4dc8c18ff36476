import Foundation
import Testing

/// Every sentence in which something fails is looked for in a test.
///
/// A sentence is what stands in literals of one error: of a call of a type or function that ends in `Error`, behind
/// `throw`, or in a file of error descriptions. It counts as tested where a literal in the tests looks for it and for no
/// other. Those that are not yet stand in `untested-sentences.txt`, which may only become shorter;
/// `SLUICE_REWRITE_LISTS=1` stores what is left.
@Suite struct SentenceCoverageTests {
  private static let folder = Toolchain.root.appending(path: "Tests/PackageTests")
  private static let list = folder.appending(path: "untested-sentences.txt")

  struct Sentence: Hashable {
    let file: String
    /// Its parts between interpolations, those left out that say nothing.
    let parts: [String]

    /// How the list names it.
    var line: String { "\(file): \(parts.joined(separator: " … "))" }
  }

  /// All sentences of a file.
  static func sentences(in source: String, file: String) -> [Sentence] {
    let tokens = SwiftToken.all(in: source)
    let isDescriptions = file.hasSuffix("Error.swift")
    var groups: [[String]] = []
    // For each open parenthesis, whether it is an error's.
    var open: [Bool] = []
    var isJoined = false
    for (place, token) in tokens.enumerated() {
      switch token {
      case .mark("("):
        let isOuter = !open.contains(true)
        let isError = isOuter && Self.isError(before: place, in: tokens)
        if isError { groups.append([]) }
        open.append(isError)
      case .mark(")"): if !open.isEmpty { open.removeLast() }
      case .literal(let parts):
        if open.contains(true) {
          groups[groups.count - 1] += parts
        } else if isDescriptions {
          if isJoined, !groups.isEmpty { groups[groups.count - 1] += parts } else { groups.append(parts) }
        }
      default: break
      }
      isJoined = token == .mark("+")
    }
    return groups.compactMap { parts in
      // A colon belongs to the reason that follows.
      let parts = parts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines.union([":"])) }
        .filter { $0.count >= 8 && $0.contains(" ") }
      return parts.isEmpty ? nil : Sentence(file: file, parts: parts)
    }
  }

  /// Whether the parenthesis at `place` holds what an error is made of: `SomeError(`, `throw fail(`, `throw .missing(`.
  private static func isError(before place: Int, in tokens: [SwiftToken]) -> Bool {
    guard place > 0, case .word(let name) = tokens[place - 1] else { return false }
    if name.hasSuffix("Error") { return true }
    var index = place - 2
    while index >= 0 {
      switch tokens[index] {
      case .mark("."), .word("try"): index -= 1
      case .word("throw"): return true
      case .word where tokens[index + 1] == .mark("."): index -= 1
      default: return false
      }
    }
    return false
  }

  private static func sources(below folders: [String]) throws -> [(file: String, text: String)] {
    try folders.flatMap { folder in
      let url = Toolchain.root.appending(path: folder)
      return try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
        .filter { $0.hasSuffix(".swift") && !$0.contains("/Commands/") }
        .map { ("\(folder)/\($0)", try String(contentsOf: url.appending(path: $0), encoding: .utf8)) }
    }
  }

  /// The sentences that no literal of the tests looks for.
  ///
  /// A literal looks for the sentence that it has most letters in common with, and for others that stand whole in the rest
  /// of it. Where sentences are alike in that, each needs a literal of its own; what very many have in common is a word,
  /// not a sentence.
  static func untested(_ sentences: [Sentence], by literals: [[String]]) -> [Sentence] {
    let parts = sentences.map { $0.parts.map { $0.utf8CString } }
    var finder: [Int?] = .init(repeating: nil, count: sentences.count)
    var candidates: [[Int]] = []
    var known: [[String]: [[Int]]] = [:]
    for literal in literals {
      let found = known[literal] ?? lookedFor(literal, in: sentences, parts)
      known[literal] = found
      candidates += found
    }
    for literal in candidates.indices {
      var tried: Set<Int> = []
      _ = assign(literal, candidates, &finder, &tried)
    }
    return sentences.indices.filter { finder[$0] == nil }.map { sentences[$0] }
  }

  /// The sentences a literal may look for, the most telling first; those in one group are alike.
  private static func lookedFor(
    _ literal: [String], in sentences: [Sentence], _ parts: [[ContiguousArray<CChar>]]
  ) -> [[Int]] {
    var (groups, rest): ([[Int]], [String]) = ([], literal)
    while true {
      let pieces = rest.map { $0.utf8CString }
      let scores = parts.map { common(pieces, $0, isWhole: !groups.isEmpty) }
      let best = scores.max() ?? 0
      let alike = scores.indices.filter { scores[$0] == best }
      guard best >= 8, alike.count <= 16 else { return groups }
      groups.append(alike)
      let taken = sentences[alike[0]].parts
      rest = rest.flatMap { piece in
        taken.reduce([piece]) { pieces, part in pieces.flatMap { $0.components(separatedBy: part) } }
      }
      if rest == literal { return groups }
    }
  }

  /// Gives a literal one of the sentences it may look for, and another literal another one if that makes room.
  private static func assign(
    _ literal: Int, _ candidates: [[Int]], _ finder: inout [Int?], _ tried: inout Set<Int>
  )
    -> Bool
  {
    for sentence in candidates[literal] where tried.insert(sentence).inserted {
      guard let other = finder[sentence], !assign(other, candidates, &finder, &tried) else {
        finder[sentence] = literal
        return true
      }
    }
    return false
  }

  /// Letters that pieces of a literal and parts of a sentence have in common: parts inside pieces, and pieces inside parts
  /// unless the sentence has to be whole.
  private static func common(
    _ pieces: [ContiguousArray<CChar>], _ parts: [ContiguousArray<CChar>], isWhole: Bool
  ) -> Int {
    guard !isWhole else {
      let isThere = parts.allSatisfy { part in pieces.contains { holds($0, part) } }
      return isThere ? parts.reduce(0) { $0 + $1.count - 1 } : 0
    }
    return pieces.reduce(0) { sum, piece in
      if parts.contains(where: { holds($0, piece) }) { return sum + piece.count - 1 }
      return parts.reduce(sum) { holds(piece, $1) ? $0 + $1.count - 1 : $0 }
    }
  }

  // The C library's search: a few million of them in a second.
  private static func holds(_ text: ContiguousArray<CChar>, _ piece: ContiguousArray<CChar>) -> Bool {
    guard text.count >= piece.count else { return false }
    return text.withUnsafeBufferPointer { text in
      piece.withUnsafeBufferPointer { strstr(text.baseAddress!, $0.baseAddress!) != nil }  // both end with a zero
    }
  }

  /// The literals of a test, those that are joined by `+` as one, without what is too short to be looked for.
  static func literals(in source: String) -> [[String]] {
    var literals: [[String]] = []
    var isJoined = false
    for token in SwiftToken.all(in: source) {
      if case .literal(let parts) = token {
        let pieces = parts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { $0.count >= 4 }
        if isJoined, !literals.isEmpty { literals[literals.count - 1] += pieces } else { literals.append(pieces) }
      }
      isJoined = token == .mark("+")
    }
    return literals.filter { pieces in pieces.contains { $0.contains(" ") } && pieces.reduce(0) { $0 + $1.count } >= 8 }
  }

  @Test func everySentenceIsLookedForInATest() throws {
    let sentences = try Self.sources(below: ["Sources", "stages", "pipelines", "shards"]).flatMap {
      Self.sentences(in: $0.text, file: $0.file)
    }
    #expect(sentences.count > 300)
    let literals = try Self.sources(below: ["Tests"]).flatMap { Self.literals(in: $0.text) }
    let untested = Set(Self.untested(sentences, by: literals).map(\.line))
    if ProcessInfo.processInfo.environment["SLUICE_REWRITE_LISTS"] == "1" {
      try untested.sorted().map { $0.replacingOccurrences(of: "\n", with: " ") + "\n" }.joined()
        .write(to: Self.list, atomically: true, encoding: .utf8)
    }
    let found = Set(untested.map { $0.replacingOccurrences(of: "\n", with: " ") })
    let listed = Set(try String(contentsOf: Self.list, encoding: .utf8).split(separator: "\n").map(String.init))
    for sentence in found.subtracting(listed).sorted() { Issue.record("no test looks for \(sentence)") }
    for sentence in listed.subtracting(found).sorted() {
      Issue.record("tested now, or gone: take it off the list: \(sentence)")
    }
  }

  @Test func sentencesAreFoundWhereTheyAreMade() {
    let source = #"""
      throw ShardError(.missing, "there is no \(name(of: "x")) here", file: path)
      guard ok else { throw fail("this cannot " + "be, says \(who)") }
      print("this is no error at all")
      throw .unreadable(at: 3, reason: """
        a long sentence \
        over lines
        """)
      let error = try await MediaError.make("not behind a throw")
      """#
    #expect(
      Self.sentences(in: source, file: "a.swift").map(\.parts) == [
        ["there is no"], ["this cannot", "be, says"], ["a long sentence over lines"],
      ])
    let described =
      "case .empty: \"the list is empty, \" + \"\\(name) said\"\n// \"a comment here\"\ncase .b: \"too many of them\""
    #expect(
      Self.sentences(in: described, file: "ListError.swift").map(\.parts) == [
        ["the list is empty,"], ["too many of them"],
      ])
    let sentences = Self.sentences(in: described, file: "ListError.swift")
    #expect(Self.untested(sentences, by: [["list is empty"]]).map(\.parts) == [["too many of them"]])
    let alike = [
      Sentence(file: "a.swift", parts: ["cannot be opened"]), Sentence(file: "b.swift", parts: ["cannot be opened"]),
    ]
    #expect(Self.untested(alike, by: [["a.mp4: cannot be opened"]]).count == 1)
    #expect(Self.untested(alike, by: [["cannot be opened"], ["b.mp4: cannot be opened:"]]).isEmpty)
    let joined = [
      Sentence(file: "a.swift", parts: ["a number"]), Sentence(file: "a.swift", parts: ["is wanted, but", "is here"]),
    ]
    #expect(Self.untested(joined, by: [["a number is wanted, but a text is here"]]).isEmpty)
    #expect(Self.untested(joined, by: [["this number is wanted, but a text is here"]]) == [joined[0]])
  }
}
