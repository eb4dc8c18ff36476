public import ArgumentParser
internal import Foundation
internal import SluiceDatasets
internal import SluiceMedia
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

/// `sluice shards`: inspects, checks and repairs shard sets.
public struct ShardsCommand: AsyncParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "shards",
    abstract: "Inspects, checks and repairs shards, gets frames back, and stores tokens of their views.",
    discussion: "Example: sluice shards verify shards/train",
    subcommands: [
      ShardsInfoCommand.self, ShardsListCommand.self, ShardsVerifyCommand.self, ShardsExtractCommand.self,
      ShardsRepairCommand.self, ShardsViewsCommand.self, ShardsTokensCommand.self,
    ])

  public init() {}
}

/// Runs `body`; a failure becomes a sentence and exit code 1.
private func reporting(_ command: String, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch {
    throw reported(error, command)
  }
}

/// The exit code of a command that ends by an error, which is said.
func reported(_ error: any Error, _ command: String) -> ExitCode {
  if let code = error as? ExitCode { return code }
  Console.note("sluice shards \(command): \(error)")
  return .failure
}

private func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  Console.print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

struct ShardsInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Says what a set holds.", discussion: "Example: sluice shards info shards/train")

  @Argument(help: "Directory of the shards.") var dir: String
  @Flag(help: "As JSON.") var json = false

  private struct Info: Encodable {
    let shards: Int
    let clips: Int
    let frames: Int
    let bytes: UInt64
    let bytesPerFrame: Double
    let settings: ShardSettings
    /// In the order of their numbers.
    let classes: [String?]
    /// What tells its clips from others; `nil` in sets from before version 0.1.0.
    let dataset: DatasetIdentity?
    /// What views of its clips were drawn, and what made their tokens; `nil` where there are none.
    let views: Views?
    let tokens: Tokens?
  }

  private struct Views: Encodable {
    let views: Int
    let identity: String
    let seed: UInt64
    let recipe: ViewRecipe.Facts
  }

  private struct Tokens: Encodable {
    let tokenizer: String
    let vocabulary: Int
    let views: String
  }

  func run() throws {
    try reporting("info") {
      let set = try ShardSet(dir)
      let (settings, classes) = (try set.settings(), try set.classNames())
      let identity = try ShardSet.storedManifest(in: dir)?.identity
      let perFrame = set.frameCount == 0 ? 0 : Double(set.byteCount) / Double(set.frameCount)
      let views = FileKind(at: ViewTable.path(in: dir)) == nil ? nil : try ViewTable(of: set)
      let tokens =
        FileKind(at: TokenTable.path(in: dir)) == nil ? nil : try TokenTable(opening: TokenTable.path(in: dir))
      if json {
        return try printJSON(
          Info(
            shards: set.shardCount, clips: set.count, frames: set.frameCount, bytes: set.byteCount,
            bytesPerFrame: perFrame, settings: settings, classes: classes, dataset: identity,
            views: views.map { Views(views: $0.count, identity: $0.identity, seed: $0.seed, recipe: $0.facts) },
            tokens: tokens.map { Tokens(tokenizer: $0.tokenizer, vocabulary: $0.vocabularySize, views: $0.views) }))
      }
      Console.print("clips     \(set.count)")
      Console.print("frames    \(set.frameCount)")
      Console.print("shards    \(set.shardCount)")
      Console.print("bytes     \(set.byteCount) (\(Int(perFrame)) a frame)")
      Console.print(
        "fidelity  \(settings.fidelity.rawValue), filter \(settings.filter.rawValue), level \(settings.level)")
      Console.print("scaled    \(settings.shortSide.map { "shorter side \($0)" } ?? "no")")
      let names = classes.prefix(5).map { $0 ?? "–" }.joined(separator: ", ") + (classes.count > 5 ? ", …" : "")
      Console.print("classes   \(classes.isEmpty ? "by number" : "\(classes.count): \(names)")")
      if let identity { Console.print("data      \(identity)") }
      Console.print("rate      \(settings.frameRate.map { "\($0) frames/s" } ?? "all frames")")
      if let views { Console.print("views     \(views)") }
      if let tokens {
        let isStale = tokens.views != views?.identity
        Console.print("tokens    \(tokens)\(isStale ? ", of other views" : "")")
      }
    }
  }
}

struct ShardsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists the clips of a set.",
    discussion: "Columns: number, frames, size, labels, path.\n\nExample: sluice shards ls shards/train")

  @Argument(help: "Directory of the shards.") var dir: String
  @Flag(help: "A JSON line for each clip.") var json = false

  private struct Clip: Encodable {
    let clip: Int
    let description: ClipDescription
    let frames: Int
    let width: Int
    let height: Int
    let layout: String
    let frameRate: Double?
    let shard: Int
  }

  func run() throws {
    try reporting("ls") {
      let set = try ShardSet(dir)
      for number in 0..<set.count {
        let info = try set.clip(number).info
        if json {
          try printJSON(
            Clip(
              clip: number, description: info.description, frames: info.frameCount, width: info.geometry.width,
              height: info.geometry.height, layout: "\(info.geometry.layout)", frameRate: info.frameRate,
              shard: info.shard))
        } else {
          let labels = info.description.labels.map(String.init).joined(separator: ",")
          Console.print(
            "\(number)\t\(info.frameCount)\t\(info.geometry.width)x\(info.geometry.height)\t\(labels)\t\(info.description.path)"
          )
        }
      }
    }
  }
}

struct ShardsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every byte of a set; exit code 1, and where, if something is wrong.",
    discussion: "Example: sluice shards verify shards/train")

  @Argument(help: "Directory of the shards.") var dir: String

  func run() throws {
    try reporting("verify") {
      var progress = ProgressLine("verify", total: nil)
      let report = try ShardVerification.check(dir) { bytes in
        progress.update(done: Int(bytes / 1_000_000), unit: "MB")
      }
      progress.finish()
      var problems = report.problems.map { "\($0)" }
      // A set that is damaged holds nothing to compare with.
      if problems.isEmpty, let problem = ShardSet.manifestProblem(in: dir) {
        problems.append("\(problem). `sluice shards repair \(dir)` writes it anew.")
      }
      if problems.isEmpty { problems += StoredTokens.problems(in: dir) }
      for problem in problems { Console.print(problem) }
      Console.note(
        "\(report.shards) shards, \(report.clips) clips, \(report.frames) frames, \(report.bytes) bytes: "
          + (problems.isEmpty ? "all as written." : "\(problems.count) problem\(problems.count == 1 ? "" : "s")."))
      if !problems.isEmpty { throw ExitCode.failure }
    }
  }
}

struct ShardsRepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Makes the index again from the shards; writes damaged shards again without their damaged clips.",
    discussion: """
      Afterwards `sluice preprocess` of the same list makes lost clips anew.

      Example: sluice shards repair shards/train
      """)

  @Argument(help: "Directory of the shards.") var dir: String

  func run() throws {
    try reporting("repair") {
      let repair = try ShardRepair.repair(dir)
      try ShardSet.storeManifest(in: dir)
      for name in repair.rewritten { Console.print("rewritten: \(name)") }
      for clip in repair.lost { Console.print("lost: \(clip.description.path): \(clip.reason)") }
      Console.note("\(repair.clips) clips are there.")
    }
  }
}

struct ShardsExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Gets frames of a clip back, as PNG files or a video.",
    discussion: """
      CLIP is a number from `sluice shards ls`, or a path of the list.

      Example: sluice shards extract shards/train 17 --at 0,5 --out stills
      """)

  @Argument(help: "Directory of the shards.") var dir: String
  @Argument(help: "The clip.") var clip: String
  @Option(help: ArgumentHelp("Numbers of the frames: 0,17,42 or 10-25 (default: all).", valueName: "numbers"))
  var at: String?
  @Option(help: ArgumentHelp("A folder for PNG files, or a file that ends in .mp4.", valueName: "path"))
  var out: String

  func validate() throws { if let at { _ = try FramesCommand.numbers(at) } }

  func run() throws {
    try reporting("extract") {
      let set = try ShardSet(dir)
      let found = try Int(clip).map { [$0] } ?? set.clips(path: clip)
      guard let number = found.first, (0..<set.count).contains(number) else {
        throw ShardError(
          .missing, "no clip \(clip); there are \(set.count), `sluice shards ls \(dir)` lists them", file: dir)
      }
      let clip = try set.clip(number)
      let wanted = try at.map(FramesCommand.numbers) ?? Array(0..<clip.frameCount)
      if out.hasSuffix(".mp4") {
        try writeVideo(clip, wanted)
      } else {
        try createDirectories(out)
        for index in wanted {
          try clip.frames(at: [index])[0].write(to: "\(out)/\(index.padded(to: 6)).png")
        }
      }
      Console.note("\(wanted.count) frames of \(clip.name) are in \(out).")
    }
  }

  private func writeVideo(_ clip: ShardClip, _ wanted: [Int]) throws {
    guard let first = wanted.first else { return }
    let rate = max(1, Int((clip.frameRate ?? 25).rounded()))
    let writer = try VideoWriter(
      path: out, like: clip.frames(at: [first])[0], encoding: .h264(framesPerSecond: rate, quality: 0))
    for index in wanted { try writer.append(clip.frames(at: [index])[0]) }
    try writer.finish()
  }
}
