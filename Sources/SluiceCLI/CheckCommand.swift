internal import ArgumentParser
internal import Foundation
internal import SluiceDatasets
internal import SluiceMedia
internal import SluiceSamples
internal import SluiceShards

/// `sluice check`: what would fail of a list, and what preprocessing it would take.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Opens and probes every item of a list and says what would fail.",
    discussion: """
      Of each item the first, the middle and the last picture are decoded. Bad items go to standard output, one a line;
      the exit code is 1 if there are any. Size and time of preprocessing are estimated from a few whole items.

      Example: sluice check train.txt --root videos --classes classes.json
      """)

  @Argument(help: "A list file: path, path label, or path start end label on each line.")
  var list: String

  @Option(
    help: ArgumentHelp("The folder that relative paths begin at (default: the working directory).", valueName: "dir"))
  var root: String?

  @Option(help: ArgumentHelp("A JSON file with class names and their numbers.", valueName: "file"))
  var classes: String?

  @Option(
    help: ArgumentHelp("What the columns mean: automatic, path, path-label or path-seconds-label.", valueName: "name"))
  var format: String = "automatic"

  @Flag(help: "Decode every picture of every item.")
  var thorough = false

  @Flag(help: "Write one JSON object to standard output.")
  var json = false

  func validate() throws {
    guard DatasetListFormat.named[format] != nil else {
      throw ValidationError(
        "--format \(format): \(DatasetListFormat.named.keys.sorted().joined(separator: ", ")) are known.")
    }
  }

  func run() throws {
    let report: CheckReport
    do {
      report = try check()
    } catch let error where error is DatasetListError || error is MediaError || error is ShardError {
      Console.note("sluice check: \(error)")
      throw ExitCode.failure
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      Console.print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      for failure in report.failures { Console.print("\(list):\(failure.line): \(failure.reason)") }
      Console.note(report.summary)
    }
    if !report.failures.isEmpty { throw ExitCode.failure }
  }

  private func check() throws -> CheckReport {
    let items = try DatasetList(contentsOf: list, root: root, format: DatasetListFormat.named[format] ?? .automatic)
    let map = try classes.map(ClassMap.init(contentsOf:))
    if map == nil { _ = try items.classes(name: list) }
    var report = CheckReport()
    var estimate = try PreprocessingEstimate(itemCount: items.items.count)
    var progress = ProgressLine("check", total: items.items.count)
    for (number, item) in items.items.enumerated() {
      do {
        _ = try map?.classes(of: item, list: list)
        let clip = try probe(item)
        try estimate.add(clip, number: number)
        report.add(clip)
      } catch let error as MediaError {
        report.failures.append(CheckReport.Failure(line: item.line, path: item.path, reason: error.description))
      } catch let error as DatasetListError {
        report.failures.append(CheckReport.Failure(line: item.line, path: item.path, reason: error.reason))
      }
      progress.update(done: number + 1, unit: "items")
    }
    progress.finish()
    report.estimatedBytes = estimate.bytes
    report.estimatedProcessorSeconds = estimate.seconds
    return report
  }

  /// Opens an item and decodes its first, middle and last picture.
  private func probe(_ item: DatasetItem) throws -> CheckedClip {
    let source = try openFrames(path: item.path)
    var range = 0..<source.frameCount
    if let seconds = item.seconds {
      guard let video = source as? VideoFile else {
        throw DatasetListError(path: list, line: item.line, reason: "\(item.path): times are given, but it is no video")
      }
      let length = (video.times.last ?? 0) + 1 / (video.frameRate ?? 25)
      guard seconds.lowerBound < length else {
        throw DatasetListError(
          path: list, line: item.line,
          reason: "\(item.path): the part begins at \(seconds.lowerBound) s, the video ends at \(length) s")
      }
      range = video.frameIndex(at: seconds.lowerBound)..<video.frameIndex(at: seconds.upperBound) + 1
    }
    if thorough, let video = source as? VideoFile {
      try video.forEachFrame(at: range) { _, _ in }
    } else if thorough {
      for number in range { _ = try source.frames(at: [number]) }
    }
    let probed = [range.lowerBound, (range.lowerBound + range.upperBound) / 2, range.upperBound - 1]
    return CheckedClip(source: source, range: range, frame: try source.frames(at: probed)[0])
  }
}

/// An item that can be used.
struct CheckedClip {
  let source: any FrameSource
  let range: Range<Int>
  /// Its first picture.
  let frame: VideoFrame
}
