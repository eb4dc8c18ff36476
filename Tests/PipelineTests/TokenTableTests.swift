import Foundation
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluicePipelines
import SluicePlatform
import SluiceSamples
import SluiceShards
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import TestSupport
import Testing

/// Tables of tokens of stored views, whoever made them.
@Suite struct TokenTableTests {
  @Test func aTableIsTakenInWhateverItsNumbersAre() async throws {
    let shards = try await ViewedShards()
    let types: [StoredType] = [.uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64]
    for type in types {
      var table = ViewedShards.Table(of: shards.views)
      table.type = type
      let taken = try shards.take(table)
      #expect(taken.table.isSealed && taken.table.count == 12 && taken.table.tokenizer == "thirty-two words")
      let area = 8 * 4 * 4
      for view in [0, 5, 11] {
        #expect(try taken.table.words(of: view) == (0..<area).map { (view * area + $0) % 32 }, "\(type)")
      }
      #expect(taken.largestShare == 1.0 / 32 && taken.frequencies.count == 32)
    }
    // Words of a large vocabulary do not fit into 16 bits.
    var large = ViewedShards.Table(of: shards.views)
    (large.type, large.metadata["vocabulary"], large.word) = (.int32, "70000", { 69_000 + $0 % 1000 })
    #expect(try shards.take(large).table.words(of: 1).prefix(2) == [69_128, 69_129])
    let stored = try SafetensorsFile(path: TokenTable.path(in: shards.path))
    #expect(try stored.info("tokens").type == .uint32)
  }

  @Test func partsAreJoinedInTheOrderOfTheirViews() async throws {
    let shards = try await ViewedShards()
    let folder = shards.folder("parts")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, first, count) in [("z", 0, 5), ("b", 5, 3), ("a", 8, 4)] {
      var table = ViewedShards.Table(of: shards.views, from: first, count: count)
      table.word = { _ in first }
      try table.write(to: "\(folder)/\(name).safetensors")
    }
    // The views' pixels may lie beside.
    try SafetensorsFile.write([:], to: folder + "/views-00000.safetensors")
    let taken = try TokenTable.take(folder, into: shards.set)
    #expect(try (0..<12).map { try taken.table.words(of: $0)[0] } == [0, 0, 0, 0, 0, 5, 5, 5, 8, 8, 8, 8])
  }

  /// What is said of a table with something wrong.
  private func refusal(_ shards: ViewedShards, _ change: (inout ViewedShards.Table) -> Void) -> String {
    var table = ViewedShards.Table(of: shards.views)
    change(&table)
    return sentence { try shards.take(table) }
  }

  @Test func whatIsWrongWithATableIsOneSentence() async throws {
    let shards = try await ViewedShards()
    let path = shards.folder("table.safetensors")
    func sums(_ type: StoredType, _ count: Int) -> TensorContent {
      let info = TensorInfo(name: "checksums", type: type, shape: [count])
      return TensorContent(info, bytes: [UInt8](repeating: 0, count: info.byteCount))
    }
    func numbers(_ numbers: [Int], _ type: StoredType = .uint32) -> TensorContent {
      TensorContent(
        TensorInfo(name: "numbers", type: type, shape: [numbers.count]),
        bytes: numbers.flatMap { number in (0..<type.byteCount).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
    }
    let cases: [(String, (inout ViewedShards.Table) -> Void)] = [
      ("there is no tensor “tokens”, but pixels. It is no table of tokens.", { $0.tensor = "pixels" }),
      (
        "its metadata has no “views”. A table of tokens has views, tokenizer and vocabulary; see FORMAT.md.",
        { $0.metadata["views"] = nil }
      ),
      ("its metadata has no “tokenizer”.", { $0.metadata["tokenizer"] = "" }),
      (
        "its metadata “tokenizer” has 201 letters; one line of at most 200 is wanted.",
        { $0.metadata["tokenizer"] = String(repeating: "a", count: 201) }
      ),
      (
        "its metadata “tokenizer” has 9 letters; one line of at most 200 is wanted.",
        { $0.metadata["tokenizer"] = "two\nlines" }
      ),
      ("its metadata has no “vocabulary”.", { $0.metadata["vocabulary"] = nil }),
      (
        "its metadata “vocabulary” is “many”; a whole number in 2...16777216 is wanted.",
        { $0.metadata["vocabulary"] = "many" }
      ),
      ("its metadata “vocabulary” is “1”; a whole number", { $0.metadata["vocabulary"] = "1" }),
      ("its metadata “first” is “-1”; a whole number in 0...4294967295", { $0.metadata["first"] = "-1" }),
      ("tokens are [12, 8, 16]; [views, frames, rows, columns] is wanted.", { $0.shape = [12, 8, 16] }),
      ("tokens are [0, 8, 4, 4]; [views", { $0.shape[0] = 0 }),
      ("tokens are F32; whole numbers are wanted, such as U16 or I64.", { $0.type = .float32 }),
      ("tokens are BOOL; whole numbers", { $0.type = .bool }),
      (
        "checksums are U32 [11]; U32 [12], one for each view, is wanted.", { $0.more = [sums(.uint32, 11)] }
      ),
      ("checksums are I32 [12]; U32 [12]", { $0.more = [sums(.int32, 12)] }),
      (
        "numbers are U32 [11]; U32 [12], one for each view, is wanted.", { $0.more = [numbers(Array(0..<11))] }
      ),
      ("numbers are I64 [12]; U32 [12]", { $0.more = [numbers(Array(0..<12), .int64)] }),
      (
        "its numbers of views are wanted ascending, and 3 follows 3.",
        { $0.more = [numbers([0, 1, 2, 3, 3, 5, 6, 7, 8, 9, 10, 11])] }
      ),
      (
        "it has tokens up to view 12, and there are 12 views.",
        { $0.more = [numbers(Array(0..<11) + [12])] }
      ),
      (
        "11 of 12 views have tokens; the first that has none is view 4, of clip 1.",
        { ($0.shape[0], $0.more) = (11, [numbers([0, 1, 2, 3] + Array(5..<12))]) }
      ),
      ("the tokens of view 0 do not have their checksum. Add them again.", { $0.more = [sums(.uint32, 12)] }),
      (
        "its tokens are of views abc, and \(ViewTable.path(in: shards.path)) holds \(shards.views.identity.prefix(16)). Write "
          + "the views by `sluice shards views`, and make tokens of those.",
        { $0.metadata["views"] = "abc" }
      ),
      (
        "a view has 8 × 4 × 5 tokens (frames, rows, columns); 8 × 4 × 4 are wanted, one for each cell of 16 pixels of 64.",
        { $0.shape[3] = 5 }
      ),
      ("a view has 16 × 4 × 4 tokens", { $0.shape[1] = 16 }),
      (
        "it has tokens up to view 12, and there are 12 views.",
        { $0.metadata["first"] = "1" }
      ),
      (
        "11 of 12 views have tokens; the first that has none is view 11, of clip 3. Add its tokens to the table, or to a "
          + "further file of the folder.",
        { $0.shape[0] = 11 }
      ),
      (
        "11 of 12 views have tokens; the first that has none is view 0, of clip 0.",
        { ($0.shape[0], $0.metadata["first"]) = (11, "1") }
      ),
      (
        "view 2, frame 1, row 2, column 3: word 32 is outside the vocabulary of 32. Correct the table's vocabulary or its "
          + "tokens.",
        { $0.word = { $0 == 2 * 128 + 16 + 11 ? 32 : 0 } }
      ),
      ("view 0, frame 0, row 0, column 0: word -1 is outside", { ($0.type, $0.word) = (.int16, { _ in -1 }) }),
    ]
    for (wanted, change) in cases {
      let said = refusal(shards, change)
      #expect(said.hasPrefix("\(path): \(wanted)"), "\(said)")
      #expect(!FileManager.default.fileExists(atPath: TokenTable.path(in: shards.path)))
    }
    var whole = Data()
    try ViewedShards.Table(of: shards.views).write(to: path)
    whole = try Data(contentsOf: URL(filePath: path))
    try whole.dropLast(3).write(to: URL(filePath: path))
    #expect(sentence { _ = try TokenTable(opening: path) }.contains("data_offsets"))
    try Data("path,token\n".utf8).write(to: URL(filePath: path))
    #expect(sentence { _ = try TokenTable(opening: path) }.contains("It is cut off, or no safetensors file"))
    #expect(
      sentence { _ = try TokenTable.take(shards.folder("none"), into: shards.set) }
        .hasSuffix("there is no such file or folder. Name the table of tokens, or the folder with its parts."))
    try FileManager.default.createDirectory(atPath: shards.folder("empty"), withIntermediateDirectories: true)
    #expect(
      sentence { _ = try TokenTable.take(shards.folder("empty"), into: shards.set) }
        .hasSuffix("no .safetensors file of the folder has a tensor “tokens”. Name the one with the tables."))
    #expect(
      sentence {
        _ = try TokenTable.take(TokenTable.path(in: shards.path), into: try ShardSet(shards.folder("nowhere")))
      }.contains("the directory does not exist"))
  }

  @Test func partsThatContradictEachOtherAreRefused() async throws {
    let shards = try await ViewedShards()
    let folder = shards.folder("parts")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func taking(_ first: Int, _ change: (inout ViewedShards.Table) -> Void) throws -> String {
      try ViewedShards.Table(of: shards.views, count: 6).write(to: folder + "/a.safetensors")
      var second = ViewedShards.Table(of: shards.views, from: first)
      change(&second)
      try second.write(to: folder + "/b.safetensors")
      return sentence { _ = try TokenTable.take(folder, into: shards.set) }
    }
    #expect(try taking(6) { _ in } == "nothing was thrown")
    #expect(
      try taking(6) { $0.metadata["tokenizer"] = "others" }
        == "\(folder)/b.safetensors: its tokens are of “others”, those of \(folder)/a.safetensors of “thirty-two words”. All "
        + "parts of a table have one tokenizer.")
    #expect(
      try taking(6) { $0.metadata["vocabulary"] = "64" }
        == "\(folder)/b.safetensors: its vocabulary has 64 words, that of \(folder)/a.safetensors 32. All parts of a table "
        + "have one vocabulary.")
    #expect(
      try taking(4) { _ in }
        == "\(folder)/b.safetensors: views 4 to 5 have tokens in \(folder)/a.safetensors too. Each view has them once.")
    #expect(
      try taking(8) { _ in }.contains("10 of 12 views have tokens; the first that has none is view 6, of clip 2."))
  }

  @Test func tokensOfAnotherTokenizerAreReplacedOnlyWhenAsked() async throws {
    let shards = try await ViewedShards()
    try shards.take()
    var other = ViewedShards.Table(of: shards.views)
    (other.metadata["tokenizer"], other.word) = ("others", { _ in 1 })
    #expect(
      sentence { try shards.take(other) }
        == "\(TokenTable.path(in: shards.path)): there are tokens of “thirty-two words” already, and these are of “others”. "
        + "--replace takes them in their place.")
    #expect(try TokenTable(opening: TokenTable.path(in: shards.path)).tokenizer == "thirty-two words")
    #expect(try shards.take(other, replacing: true).table.words(of: 3)[0] == 1)
    #expect(
      sentence { _ = try TokenTable(opening: TokenTable.path(in: shards.path)).words(of: 12) }
        .hasSuffix("view 12 has no tokens; there are some of views 0 to 11."))
  }

  @Test func tokensOfClipsThatStayAreKeptAndCompleted() async throws {
    let shards = try await ViewedShards(3)
    let path = TokenTable.path(in: shards.path)
    // Words that tell views apart.
    var table = ViewedShards.Table(of: shards.views)
    table.word = { $0 / 128 }
    try shards.take(table)
    try await ViewedShards.write([2, 3, 0, 4], to: shards.path, videosIn: shards.folder)
    let (set, recipe) = (try ShardSet(shards.path), try Systems.viewRecipe(of: "bevt"))
    let drawing = try ViewTable.draw(3, of: set, by: recipe, seed: 9)
    #expect(drawing.tokenCount == 6 && drawing.table.count == 12)
    let kept = try TokenTable(opening: path)
    #expect(kept.count == 6 && kept.first == 0 && kept.isSealed && kept.views == drawing.table.identity)
    for (view, word) in [(0, 6), (1, 7), (2, 8), (6, 0), (7, 1), (8, 2)] {
      #expect(try kept.words(of: view) == [Int](repeating: word, count: 128))
    }
    for view in [3, 5, 9, 12] {
      #expect(
        sentence { _ = try kept.words(of: view) }.hasSuffix(
          "view \(view) has no tokens; there are some of 6 of the views 0 to 8."))
    }
    #expect(StoredTokens.problems(in: shards.path).isEmpty)
    #expect(
      sentence { _ = try StoredTokens(of: [set]) }
        == "\(path): it has tokens of 6 of 12 views: clips were added. `sluice shards tokens \(shards.path) --tokenizer "
        + "ENCODER` makes the others, --add takes in those of another program.")
    #expect(try TokenTable.missing(of: drawing.table, in: set) == [3, 4, 5, 9, 10, 11])

    // A further change finds them again, and what is missing stays so.
    try await ViewedShards.write([4, 2, 0], to: shards.path, videosIn: shards.folder)
    let next = try ViewTable.draw(3, of: ShardSet(shards.path), by: recipe, seed: 9)
    #expect(next.tokenCount == 6)
    #expect(try TokenTable(opening: path).words(of: 5)[0] == 8)

    let folder = shards.folder("parts")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let now = try ShardSet(shards.path)
    func add(_ change: (inout ViewedShards.Table) -> Void = { _ in }) throws -> TokenTable.Taken {
      // One more than is missing: what is added comes first.
      var table = ViewedShards.Table(of: next.table, from: 0, count: 4)
      table.word = { 20 + $0 / 128 }
      change(&table)
      try table.write(to: folder + "/new.safetensors")
      return try TokenTable.take(folder, into: now)
    }
    #expect(
      sentence { _ = try add { $0.metadata["tokenizer"] = "others" } }.contains("there are tokens of “thirty-two"))
    #expect(
      sentence { _ = try add { $0.metadata["vocabulary"] = "64" } }
        .contains("its vocabulary has 32 words, that of \(folder)/new.safetensors 64."))
    #expect(
      sentence { _ = try add { $0.shape[0] = 2 } }.contains(
        "8 of 9 views have tokens; the first that has none is view 2"))
    #expect(try TokenTable(opening: path).count == 6, "what was there stays")
    let taken = try add()
    #expect(try (0..<9).map { try taken.table.words(of: $0)[0] } == [20, 21, 22, 23, 7, 8, 0, 1, 2])
    _ = try StoredTokens(of: [now])
    // Complete: what is missing now is missing in the table that is added.
    #expect(sentence { _ = try add() }.contains("4 of 9 views have tokens; the first that has none is view 4"))
    #expect(
      sentence { _ = try TokenTable.missing(of: next.table, in: now) }
        == "\(path): all 9 views have tokens. Leave out --missing to write all views.")

    // Fewer clips in another order: nothing is missing. Words that were damaged are.
    try await ViewedShards.write([0, 4], to: shards.path, videosIn: shards.folder)
    #expect(try ViewTable.draw(3, of: ShardSet(shards.path), by: recipe, seed: 9).tokenCount == 6)
    _ = try StoredTokens(of: [ShardSet(shards.path)])
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: path))
    try await ViewedShards.write([4, 0], to: shards.path, videosIn: shards.folder)
    let repaired = try ViewTable.draw(3, of: ShardSet(shards.path), by: recipe, seed: 9)
    #expect(repaired.tokenCount == 5 && StoredTokens.problems(in: shards.path).isEmpty)
  }

  @Test func randomDamageIsFoundOrHarmless() async throws {
    let shards = try await ViewedShards(2)
    let taken = try shards.take()
    let path = taken.table.path
    let right = try (0..<6).map { try taken.table.words(of: $0) }
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    var random = KeyedRandom(seed: 5, epoch: 0, sample: 0, stage: "tokens fuzz")
    var refused = 0
    for round in 0..<(isLongTier ? 5000 : 300) {
      var damaged = bytes
      switch round % 4 {
      case 0: damaged.removeSubrange(random.integer(in: 0...bytes.count - 1)...)
      // Mostly the header is hit, which is a tenth of the file.
      case 1: damaged[random.integer(in: 0...400)] = UInt8(random.integer(in: 0...255))
      default: damaged[random.integer(in: 0...bytes.count - 1)] ^= 1 << UInt8(random.integer(in: 0...7))
      }
      try Data(damaged).write(to: URL(filePath: path))
      let problems = StoredTokens.problems(in: shards.path)
      if !problems.isEmpty { refused += 1 }
      guard problems.isEmpty, let table = try? TokenTable(opening: path) else { continue }
      // Free text, and a vocabulary that holds all words, may have become other ones.
      let words = try (table.first..<table.first + table.count).map { try table.words(of: $0) }
      #expect(words == right, "round \(round)")
    }
    #expect(refused > (isLongTier ? 4000 : 240), "\(refused) refused")
    try Data(bytes).write(to: URL(filePath: path))
    #expect(StoredTokens.problems(in: shards.path).isEmpty)
  }
}
