internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

struct ShardsTokensCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens",
    abstract: "Stores tokens of the stored views beside the shards: those of another program, or of an encoder.",
    discussion: """
      Trained on by --tokenizer DIR. A table has tokens of all views of 'sluice preprocess --token-views'; shards/FORMAT.md \
      describes it. With --tokenizer they are computed here; interrupted, the same command goes on where it was. Where \
      clips were added to the set, the tokens of the others stay: only those of the new views are made or taken in.

      Examples:
        sluice shards tokens shards/train --add tokens.safetensors
        sluice shards tokens shards/train --tokenizer encoder.pkl
      """)

  @Argument(help: "Directory of the shards.") var dir: String
  @Option(help: ArgumentHelp("A table of tokens, or a folder with its parts.", valueName: "table")) var add: String?
  @Option(help: ArgumentHelp("DALL-E's encoder, or a folder with one.", valueName: "file")) var tokenizer: String?
  @Flag(help: "Takes the place of tokens of another tokenizer.") var replace = false
  @Option(help: "Threads (default: cores).", in: .threads) var workers: Int?

  func validate() throws {
    guard (add == nil) != (tokenizer == nil) else {
      throw ValidationError("name either a table by --add, or an encoder by --tokenizer.")
    }
    if workers != nil, add != nil {
      throw ValidationError("--workers is about computing tokens, and --add computes none. Leave it out.")
    }
  }

  func run() async throws {
    do { try await store() } catch { throw reported(error, "tokens") }
  }

  private func store() async throws {
    let set = try ShardSet(dir)
    let taken =
      if let add { try TokenTable.take(add, into: set, replacing: replace) } else { try await computed(set) }
    Console.print(
      "\(taken.table.path): tokens \(taken.table); the most frequent word is \(taken.largestShare.percentText) of all")
  }

  private func computed(_ set: ShardSet) async throws -> TokenTable.Taken {
    let views = try ViewTable(of: set)
    let encoder = try DVAETokenizer(opening: tokenizer ?? "")
    var parts = try TokenParts(of: set, views, encoder, replacing: replace)
    if parts.doneCount > 0 { Console.note("\(parts.doneCount) of \(views.count) views have tokens already.") }
    if !parts.remaining.isEmpty { try await compute(&parts, views, of: set, by: encoder) }
    return try parts.finish()
  }

  /// Computes the tokens that are missing.
  private func compute(
    _ parts: inout TokenParts, _ views: ViewTable, of set: ShardSet, by encoder: DVAETokenizer
  ) async throws {
    let threads = workers ?? ThreadBudget.availableCores
    let pipeline = viewTokens(views, of: set, by: encoder, only: Array(parts.remaining), workers: threads)
    try await goThrough("tokens", pipeline, threads: threads, total: views.count, done: parts.doneCount) { words in
      try parts.append(words)
      return parts.doneCount
    }
    guard parts.remaining.isEmpty else {
      Console.note("Stopped. Run the same command again to go on.")
      throw ExitCode(130)
    }
  }
}
