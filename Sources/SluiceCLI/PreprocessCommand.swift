public import ArgumentParser
internal import Foundation
internal import SluiceBench
internal import SluiceDatasets
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

/// `sluice preprocess`: from a list to shards.
public struct PreprocessCommand: AsyncParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "preprocess",
    abstract: "Decodes the videos of a list once and writes them into shards.",
    discussion: """
      Frames are stored without loss, as decoded, unless told otherwise. Interrupted at any moment, the same command \
      goes on where it was. The list wins: a longer one adds shards; corrected labels, captions and names of classes are \
      corrected in the shards; clips that it no longer names are left out of the index. What cannot be read is listed in \
      DIR/failures.csv.

      --token-views N draws views of each clip, crops and mirror images as the pre-training of --views-for sees them, and \
      stores where they are, so that tokens can be made of them once: see 'sluice shards views' and 'sluice shards tokens'.

      Formats of lists, told from their content unless --format names one:
      \(AnnotationFormat.table)

      Example: sluice preprocess train.txt --root videos --out shards/train --short-side 256
      """)

  @Argument(help: "The list of videos or images.")
  var list: String

  @Option(help: ArgumentHelp("Directory of the shards.", valueName: "dir"))
  var out: String

  @OptionGroup var lists: ListArguments

  @OptionGroup var classes: ClassArguments

  @OptionGroup var storage: StorageOptions

  @OptionGroup var views: ViewArguments

  @Option(help: "Threads (default: cores).", in: .threads)
  var workers: Int?

  @Option(help: "Share of the list that may fail before the exit code is 1.", in: .share)
  var maxFailures: Double = 0.01

  @Flag(help: "Write a JSON line for each clip and a summary to standard output.")
  var json = false

  public init() {}

  public func validate() throws {
    do { try storage.settings.validate() } catch { throw ValidationError("\(error)") }
  }

  public func run() async throws {
    do {
      try await preprocess()
    } catch let error as ExitCode {
      throw error
    } catch {
      Console.note("sluice preprocess: \(error)")
      throw ExitCode.failure
    }
  }

  private func preprocess() async throws {
    // What cannot be drawn is said before anything is decoded.
    let recipe = try views.recipe()
    let items = try lists.list(list)
    let space = try classSpace(of: items)
    let clips = try ListedClip.all(of: items, classes: space)
    let notes = items.notes + space.notes(on: ClassLabels(clips.map(\.description.labels)))
    for note in notes { Console.note("note: \(note)") }
    let before = try? ShardSet.storedManifest(in: out)
    let writer = try ShardSetWriter(out, settings: storage.settings, classes: space.map.orderedNames)
    let reconciliation = try writer.reconcile(with: clips.map(\.description))
    for line in PreprocessReport.lines(on: reconciliation) { Console.note(line) }
    let waiting = reconciliation.waiting.map { clips[$0] }
    if waiting.count < clips.count { Console.note("\(clips.count - waiting.count) of \(clips.count) clips are done.") }

    var report = PreprocessReport(total: clips.count, before: clips.count - waiting.count, printsJSON: json)
    if !waiting.isEmpty {
      let threads = workers ?? ThreadBudget.availableCores
      let run = preprocessPipeline(waiting, into: writer, workers: threads)
        .run(RunOptions(maxFailures: nil, budget: ThreadBudget(data: threads)))
      let signals = StopSignals { run.stop() }
      defer { signals.end() }
      for try await stored in run { report.add(stored) }
      report.end()
      guard report.seen == waiting.count else {
        Console.note("Stopped. Run the same command again to go on.")
        throw ExitCode(130)
      }
    }
    let summary = try writer.finish()
    let manifest = try ShardSet.storeManifest(in: out)
    if let before, reconciliation.changesClips, let first = manifest.difference(from: before).first {
      Console.note("The first difference from the set before: \(first).")
    }
    report.show(summary, out: out)
    try views.draw(by: recipe, in: out)
    let failed = Set(summary.failures.map(\.description))
    let share = clips.isEmpty ? 0 : Double(clips.count { failed.contains($0.description) }) / Double(clips.count)
    guard share <= maxFailures else {
      Console.note(
        "\(summary.failures.count) clips failed, more than the tolerated share (\(maxFailures)); see \(out)/failures.csv."
      )
      throw ExitCode.failure
    }
  }
}

extension PreprocessCommand {
  /// The classes that were named, else those of the set, else the list's own.
  private func classSpace(of list: DatasetList) throws -> ClassSpace {
    if let map = try classes.map() { return ClassSpace(map: map, origin: classes.classes ?? "--classes") }
    let stored = try ShardSetWriter.classNames(in: out)
    guard stored.isEmpty else { return try ClassSpace(map: ClassMap(names: stored), count: stored.count, origin: out) }
    return try ClassSpace(of: list)
  }
}

extension ShardSettings.Filter: ExpressibleByArgument {}

/// How frames are stored.
struct StorageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Scale larger frames down to this shorter side.", valueName: "pixels"),
    in: NumberRange(16...8192))
  var shortSide: Int?

  @Option(
    help: ArgumentHelp("Keep this many frames per second.", valueName: "rate"), in: NumberRange(1e-3...1000)
  )
  var fps: Double?

  @Option(
    help: ArgumentHelp(
      "Keep at most this many frames of a clip, evenly spaced from first to last.", valueName: "count"),
    in: .count)
  var frames: Int?

  @Flag(help: "Two thirds of the size: samples to the nearest multiple of 3 (49.9 dB in YUV). Not for HOG targets.")
  var nearLossless = false

  @Option(
    help: ArgumentHelp(
      "What foretells a sample: gradient (smallest), left, up, or none (zstd -d then gives planes as they are).",
      valueName: "name"))
  var filter: ShardSettings.Filter = .gradient

  @Option(
    help: "1: fast. 2 to 19: a few per cent smaller, much slower to write.", in: NumberRange(1...19))
  var level = 1

  @Option(
    help: ArgumentHelp("Bytes after which a shard is closed, such as 512MiB (default: 1GiB).", valueName: "size"),
    transform: { text in
      guard let count = ByteCount(argument: text), count.bytes >= 1 << 16 else {
        throw ValidationError("a number of bytes from 64KiB to 900TB is wanted, such as 512MiB.")
      }
      return count
    })
  var shardSize: ByteCount = ByteCount(bytes: 1 << 30)

  var settings: ShardSettings {
    ShardSettings(
      fidelity: nearLossless ? .nearLossless : .lossless, filter: filter, level: level, shortSide: shortSide,
      frameRate: fps, frameLimit: frames, shardSize: shardSize.bytes)
  }
}

/// `1GiB`, `512MiB`, `100MB` or a plain number of bytes.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let units: [String: Double] = [
      "": 1, "b": 1, "k": 1024, "kb": 1e3, "kib": 1024, "m": 1_048_576, "mb": 1e6, "mib": 1_048_576,
      "g": 1_073_741_824, "gb": 1e9, "gib": 1_073_741_824,
    ]
    guard let number = Double(digits), let unit = units[argument.dropFirst(digits.count).lowercased()],
      (0..<1e15) ~= number * unit
    else { return nil }
    bytes = Int(number * unit)
  }

  var defaultValueDescription: String { description }
  var description: String { bytes == 1 << 30 ? "1GiB" : "\(bytes)" }
}
