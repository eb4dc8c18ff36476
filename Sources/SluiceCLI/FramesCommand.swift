public import ArgumentParser
internal import Foundation
internal import SluiceMedia
internal import SluicePlatform

/// `sluice frames`: exactly the frames that were asked for.
public struct FramesCommand: ParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "frames",
    abstract: "Gets frames of a video by their number in display order.",
    discussion: """
      Numbers begin at 0 and may repeat, in any order; A-B stands for all from A to B. Without --at, all frames.
      FILE may also be an image or a folder of images. Of several video streams, the one that the container calls its \
      default is taken, or the first.

      Example: sluice frames swim.mp4 --at 0,17,42 --out stills
      """)

  /// What `--raw` writes.
  enum RawFormat: String, ExpressibleByArgument, CaseIterable {
    case yuv
    case rgb
  }

  @Argument(help: "A video, an image or a folder of images.")
  var file: String

  @Option(help: ArgumentHelp("Numbers of the frames: 0,17,42 or 10-25.", valueName: "numbers"))
  var at: String?

  @Flag(help: "Print the number of frames.")
  var count = false

  @Option(help: ArgumentHelp("Write PNG files into this folder.", valueName: "folder"))
  var out: String?

  @Option(help: "Write 8-bit samples to standard output, one frame after the other: yuv as stored, or rgb.")
  var raw: RawFormat?

  @Option(help: ArgumentHelp("Another stream: its number among those of video, from 0.", valueName: "number"))
  var stream: Int?

  public init() {}

  public func validate() throws {
    guard [count, out != nil, raw != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("Say one of --count, --out FOLDER and --raw yuv|rgb.")
    }
    if let at { _ = try FramesCommand.numbers(at) }
  }

  public func run() throws {
    do {
      let source: any FrameSource =
        if let stream {
          try VideoFile(path: file, stream: stream)
        } else {
          try openFrames(path: file, toleratesFaults: true)
        }
      if let fault = (source as? VideoFile)?.fault { Console.note("note: \(fault)") }
      if count {
        Console.print(String(source.frameCount))
      } else {
        try write(source, numbers: try at.map(FramesCommand.numbers))
      }
    } catch let error where error is MediaError || error is OutputFileError {
      Console.note("sluice frames: \(error)")
      throw ExitCode.failure
    }
  }

  private func write(_ source: any FrameSource, numbers: [Int]?) throws {
    let numbers = numbers ?? Array(0..<source.frameCount)
    if let out { try createDirectories(out) }
    // All numbers are looked at before the first frame is written.
    try source.check(numbers)
    for part in stride(from: 0, to: numbers.count, by: 256).map({ numbers[$0..<min($0 + 256, numbers.count)] }) {
      for (number, frame) in zip(part, try source.frames(at: Array(part))) {
        switch raw {
        case .yuv?: Console.print(frame.packed())
        case .rgb?: Console.print(frame.convertedToRGB().packed())
        case nil: break
        }
        if let out { try frame.write(to: "\(out)/\(FramesCommand.fileName(number))") }
      }
    }
  }

  private static func fileName(_ number: Int) -> String { "frame-\(number.padded(to: 6)).png" }

  /// The numbers of a list like `0,17,40-42`.
  static func numbers(_ list: String) throws -> [Int] {
    try list.split(separator: ",", omittingEmptySubsequences: false).flatMap { part -> [Int] in
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int($0.trimmingCharacters(in: .whitespaces))
      }
      if ends.count == 1, let number = ends[0], number >= 0 { return [number] }
      if ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, first <= last, last - first < 10_000_000
      {
        return Array(first...last)
      }
      throw ValidationError("--at \(list): \u{201C}\(part)\u{201D} is no number from 0 and no range like 10-25.")
    }
  }
}
