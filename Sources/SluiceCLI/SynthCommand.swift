internal import ArgumentParser
internal import SluiceBench
internal import SluiceFlow
internal import SluicePipelines
internal import SluicePlatform

struct SynthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Writes videos of moving shapes, with classes of motion or with captions.",
    discussion: """
      Eight classes that differ only in motion, 50 frames of 96×96 at 25 a second, H.264. Lists and class map lie \
      beside the videos.

      With --captions the lists are JSON with sentences in place of classes: what a video shows, in which color, where, and \
      how that moves. No two of the first 1920 videos of a list show the same.

      With --bike the videos are also written as folders of images, into DIR/bike, with what the files of BIKE would say of \
      them: lists, tables of classes under these and other names, phrases, and configurations.

      With --images it writes frames of such videos instead, PNG, in a folder for each shape that is on them.

      Example:
        sluice synth motion --train 64 --val 16
        sluice train maskfeat --data motion/train.txt --classes motion/classes.json --epochs 10
        sluice synth images --images 400
        sluice synth talk --captions --train 640 --val 200
        sluice synth motion --train 320 --val 80 --bike
      """)

  private static let trainCount = 1280
  private static let valCount = 400

  @Argument(help: "The directory to write to.")
  var directory: String

  @Option(help: "Videos to learn from.", in: .count)
  var train = SynthCommand.trainCount

  @Option(help: "Videos to evaluate on.", in: .count)
  var val = SynthCommand.valCount

  @Option(help: "Images to write in place of videos.", in: .count)
  var images: Int?

  @Flag(help: "Describe the videos by captions in place of classes.")
  var captions = false

  @Flag(help: "Also write folders of images, lists, classes and configurations as BIKE has them.")
  var bike = false

  @Option(help: "Another seed gives other videos.", in: NumberRange(0...Int.max))
  var seed = 0

  func validate() throws {
    guard images == nil || train == Self.trainCount && val == Self.valCount else {
      throw ValidationError("--images writes images and no videos. Leave --train and --val out.")
    }
    guard !bike || images == nil && !captions else {
      throw ValidationError(
        "--bike is about videos with classes, and \(captions ? "--captions" : "--images") writes none. Leave one of them out."
      )
    }
    guard images == nil || !captions else {
      throw ValidationError("--captions is about videos, and --images writes none. Leave one of them out.")
    }
  }

  func run() async throws {
    let synth = SynthPipeline(directory: directory, seed: seed, content: captions ? .captions : .classes)
    if let images {
      try await write(images, synth)
      return
    }
    try synth.prepare()
    for (part, count) in [(SynthPipeline.Part.train, train), (.val, val)] {
      var progress = ProgressLine("synth \(part.rawValue)", total: count)
      var paths: [String] = []
      for try await path in synth.pipeline(part, count: count).run(RunOptions(maxFailures: 0)) {
        paths.append(path)
        progress.update(done: paths.count, unit: "videos")
      }
      progress.finish()
      try synth.writeList(part, paths: paths)
      Console.print(synth.list(part))
    }
    if bike { try await writeBIKE(synth) }
  }

  /// The same clips as folders of images, and the files about them.
  private func writeBIKE(_ synth: SynthPipeline) async throws {
    let counts: [SynthPipeline.Part: Int] = [.train: train, .val: val]
    for part in SynthPipeline.Part.allCases {
      let count = counts[part] ?? 0
      var progress = ProgressLine("synth frames \(part.rawValue)", total: count)
      var done = 0
      for try await _ in synth.frameFolders(part, count: count).run(RunOptions(maxFailures: 0)) {
        done += 1
        progress.update(done: done, unit: "folders")
      }
      progress.finish()
    }
    try synth.writeBIKEFiles(counts)
    Console.print("\(directory)/bike")
  }

  private func write(_ count: Int, _ synth: SynthPipeline) async throws {
    try synth.prepareImages()
    var progress = ProgressLine("synth images", total: count)
    var done = 0
    for try await _ in synth.images(count: count).run(RunOptions(maxFailures: 0)) {
      done += 1
      progress.update(done: done, unit: "images")
    }
    progress.finish()
    Console.print(directory)
  }
}
