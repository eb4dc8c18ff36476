internal import ArgumentParser
internal import Foundation
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceMedia
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards

/// `sluice check`: what would fail of a list, and what preprocessing it would take.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Opens and probes every item of a list and says what would fail.",
    discussion: """
      Labels are checked by the rule of training; of each item the first, the middle and the last frame are decoded.
      Bad items go to standard output, one a line; the exit code is 1 if there are any. Size and time of preprocessing \
      are estimated from a few whole items.

      Formats of lists, told from their content unless --format names one:
      \(AnnotationFormat.table)
      Lines that begin with # and blank lines do not count. Several labels are separated by commas.

      Example: sluice check train.txt --root videos --classes classes.json
      """)

  @Argument(help: "A list file, or a folder of videos or images.")
  var list: String

  @OptionGroup
  var lists: ListArguments

  @OptionGroup
  var classes: ClassArguments

  @Flag(help: "Decode every frame of every item.")
  var thorough = false

  @Flag(help: "Write one JSON object to standard output.")
  var json = false

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
      for note in report.notes { Console.note("note: \(note)") }
      Console.note(report.summary)
    }
    if !report.failures.isEmpty { throw ExitCode.failure }
  }

  private func check() throws -> CheckReport {
    let items = try lists.list(list)
    let space = try ClassSpace(of: items, map: try classes.map(), origin: classes.classes)
    // What is labeled in part was meant to be labeled.
    let need = items.items.contains { !$0.labels.isEmpty } ? LabelNeed.some : .any
    var report = CheckReport()
    var labels = ClassLabels()
    var estimate = try PreprocessingEstimate(itemCount: items.items.count)
    let warnings = FrameWarnings()
    var progress = ProgressLine("check", total: items.items.count)
    for (number, item) in items.items.enumerated() {
      do {
        labels.append(try space.numbers(of: item.labels, wanting: need))
        let clip = try probe(item, warnings)
        try estimate.add(clip, number: number)
        report.add(clip)
      } catch let error as MediaError {
        report.failures.append(CheckReport.Failure(line: item.line, path: item.path, reason: error.description))
      } catch let error as LabelProblem {
        report.failures.append(CheckReport.Failure(line: item.line, path: item.path, reason: error.reason))
      }
      progress.update(done: number + 1, unit: "items")
    }
    progress.finish()
    report.notes = items.notes + space.notes(on: labels) + warnings.notes
    report.estimatedBytes = estimate.bytes
    report.estimatedProcessorSeconds = estimate.seconds
    return report
  }

  /// Opens an item and decodes its first, middle and last frame.
  private func probe(_ item: DatasetItem, _ warnings: FrameWarnings) throws -> CheckedClip {
    let source = try item.openFrames(counting: warnings)
    let range = try source.frames(of: item.part)
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
  /// Its first frame.
  let frame: VideoFrame
}
