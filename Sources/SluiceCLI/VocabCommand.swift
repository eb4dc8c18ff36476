internal import ArgumentParser
internal import Foundation
internal import SluiceDatasets
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards
internal import SluiceText
internal import SluiceTraining

/// `sluice vocab`: a vocabulary learned from the captions of lists.
struct VocabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vocab",
    abstract: "Learns a vocabulary from the captions of a list.",
    discussion: """
      The file has one token on each line: the special tokens [PAD], [UNK], [CLS], [SEP] and [MASK], the characters of the \
      captions, then pieces of words, the most frequent first; ## begins those that continue a word. Equal captions give \
      the same bytes. No video is opened. BERT's own vocab.txt is of the same form.

      Lists are those that other commands read (see 'sluice check --help'), and directories of shards.

      Example: sluice vocab talk/train.json --out talk/vocab.txt --size 400
      """)

  @Argument(help: "Lists with captions, or directories of shards.")
  var list: [String]

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  @Option(
    help: ArgumentHelp("Tokens at most, the special ones included.", valueName: "count"),
    transform: NumberRange.count.read)
  var size: Int

  @OptionGroup
  var lists: ListArguments

  func run() throws {
    do {
      try learn()
    } catch {
      Console.note("sluice vocab: \(error)")
      throw ExitCode.failure
    }
  }

  private func learn() throws {
    // Before the list is read, which may take long.
    guard !list.contains(where: { file($0) == file(out) }) else {
      throw VocabularyError(
        origin: out, reason: "is the list itself, and would be overwritten; name another file with --out")
    }
    var request = RunRequest()
    lists.selection.fill(&request)
    try request.requireListsForOptions(among: list)
    var found = Captions()
    for path in list { try found.add(from: path, lists) }
    guard !found.captions.isEmpty else {
      throw VocabularyError(
        origin: list.joined(separator: ", "),
        reason:
          "none of \(found.sampleCount) samples has a caption. Name a list that has some, such as JSON from path to "
          + "caption, or say with --format how it is written")
    }
    let vocabulary = try Vocabulary.learned(from: found.captions, size: size)
    try OutputFile.replace(out, with: Array(vocabulary.fileText.utf8))
    report(vocabulary, found)
  }

  /// Where a path leads.
  private func file(_ path: String) -> String {
    URL(filePath: path).absoluteURL.standardizedFileURL.resolvingSymlinksInPath().path
  }

  private func report(_ vocabulary: Vocabulary, _ found: Captions) {
    let wordPiece = WordPiece(vocabulary)
    var (total, longest, unknown) = (0, 0, 0)
    for caption in found.captions {
      let ids = wordPiece.ids(of: caption, maximumLength: .max)
      total += ids.count
      longest = max(longest, ids.count)
      unknown += ids.count { $0 == vocabulary.unknown }
    }
    if found.sampleCount > found.captionedCount {
      Console.note("note: \(found.sampleCount - found.captionedCount) of \(found.sampleCount) samples have no caption.")
    }
    if vocabulary.count < size {
      Console.note("note: no more than \(vocabulary.count) tokens are in these captions; --size \(size) was asked for.")
    }
    if unknown > 0 {
      Console.note(
        "note: \(unknown) words are [UNK]: they are longer than 100 characters, or have rare ones that \(size) tokens have "
          + "no room for.")
    }
    let mean = Double(total) / Double(found.captions.count)
    Console.print(
      "\(out): \(vocabulary.count) tokens from \(found.captions.count) captions, which are \(mean.threeDigits) tokens long "
        + "on average and \(longest) at most")
  }
}

/// The captions of lists and shards, in their order.
private struct Captions {
  private(set) var captions: [String] = []
  private(set) var sampleCount = 0
  /// Samples that have a caption.
  private(set) var captionedCount = 0

  mutating func add(from path: String, _ lists: ListArguments) throws {
    if ShardSet.isSet(path) {
      let set = try ShardSet(path)
      for number in 0..<set.count { add(try set.clip(number).info.description.captions) }
    } else {
      let list = try lists.list(path)
      for note in list.notes { Console.note("note: \(note)") }
      for item in list.items { add(item.captions) }
    }
  }

  private mutating func add(_ captions: [String]) {
    sampleCount += 1
    if !captions.isEmpty { captionedCount += 1 }
    self.captions += captions
  }
}
