internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

struct ShardsViewsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "views",
    abstract: "Writes the pixels of the stored views, for a program that makes tokens of them.",
    discussion: """
      FOLDER has files views-00000.safetensors and so on, each with the tensor pixels (8-bit RGB: views, frames, height, \
      width, color) and in its metadata the identity of the views and the number of its first; views.csv has a line for \
      each view. shards/FORMAT.md says what a table of tokens looks like, which 'sluice shards tokens' takes in.

      Example:
        sluice preprocess train.txt --out shards/train --token-views 4
        sluice shards views shards/train --out views
      """)

  @Argument(help: "Directory of the shards.") var dir: String
  @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder")) var out: String
  @Option(
    help: ArgumentHelp(
      "Height and width of the frames (default: 8 pixels for each cell, as DALL-E's).", valueName: "pixels"),
    in: NumberRange(1...8192))
  var size: Int?
  @Flag(help: "Only the views that have no tokens yet, as of clips that were added to the set.") var missing = false
  @Option(help: "Threads (default: cores).", in: .threads) var workers: Int?

  func run() async throws {
    do { try await write() } catch { throw reported(error, "views") }
  }

  private func write() async throws {
    let set = try ShardSet(dir)
    let views = try ViewTable(of: set)
    let side = size ?? 8 * views.facts.cellsPerSide
    let threads = workers ?? ThreadBudget.availableCores
    let numbers = try missing ? TokenTable.missing(of: views, in: set) : Array(0..<views.count)
    var folder = try ViewFolder(out, views, of: set, only: numbers, size: side)
    let pipeline = viewPixels(views, of: set, size: side, only: numbers, workers: threads)
    try await goThrough("views", pipeline, threads: threads, total: numbers.count) { pixels in
      try folder.append(pixels)
      return folder.count
    }
    guard folder.count == numbers.count else {
      Console.note("Stopped after \(folder.count) of \(numbers.count) views.")
      throw ExitCode(130)
    }
    let count = try folder.finish()
    Console.print(
      "\(out): \(numbers.count) views of \(side)×\(side) pixels in \(count) file\(count == 1 ? "" : "s"), and views.csv"
    )
  }
}
