import Foundation
import SluiceMedia
import SluiceShards
import Testing

/// A Python that can run `reader.py`: `$SLUICE_PYTHON`, or the system's if it has the packages.
private let python: String? = {
  let environment = ProcessInfo.processInfo.environment
  let candidates = [environment["SLUICE_PYTHON"], "python3"].compactMap { $0 }
  return candidates.first { (try? run($0, ["-c", "import numpy, zstandard"]).status) == 0 }
}()

@Suite struct IndependentReaderTests {
  struct Clip: Decodable {
    let description: ClipDescription
    let width: Int
    let height: Int
    let frames: Int
    let layout: UInt8
    let matrix: UInt8
    let range: UInt8
    let rate: Double
    let times: [Double]
  }

  private static let settings: [ShardSettings] =
    ShardSettings.Filter.allCases.map { ShardSettings(filter: $0, shardSize: 1 << 20) }
    + [ShardSettings(fidelity: .nearLossless, shardSize: 1 << 20)]

  @Test(arguments: settings)
  func aReaderWrittenFromTheDescriptionFindsTheSameFrames(settings: ShardSettings) throws {
    guard let python else {
      // In continuous integration the environment is set up, so a skip there is a failure.
      #expect(ProcessInfo.processInfo.environment["CI"] == nil, "no Python with numpy and zstandard")
      print("skipped: no Python with numpy and zstandard; set SLUICE_PYTHON")
      return
    }
    let scratch = Scratchpad()
    var clips: [[VideoFrame]] = []
    for (number, layout) in PixelLayout.allCases.enumerated() {
      for kind in Pictures.Kind.allCases {
        clips.append(
          (0..<2).map { Pictures.frame(kind, width: 240 + number, height: 210 - number, layout: layout, index: $0) })
      }
      clips.append([Pictures.frame(.natural, width: 7, height: 5, layout: layout)])
    }
    try writeSet(scratch("set"), clips, settings, classes: ["left", nil, "right \u{E9}"])
    try FileManager.default.createDirectory(atPath: scratch("out"), withIntermediateDirectories: true)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reader.py").path
    let result = try run(python, [script, scratch("set"), scratch("out")])
    try #require(result.status == 0, "\(result.output)")

    let read = try JSONDecoder().decode(
      [Clip].self, from: Data(contentsOf: URL(fileURLWithPath: scratch("out/clips.json"))))
    let set = try ShardSet(scratch("set"))
    try #require(read.count == clips.count && set.count == clips.count)
    for (number, found) in read.enumerated() {
      let clip = try set.clip(number)
      #expect(found.description == clip.info.description && found.frames == clip.frameCount && found.rate == 25)
      #expect(
        found.matrix == ColorDescription.Matrix.bt709.rawValue && found.range == ColorDescription.Range.full.rawValue)
      #expect(found.times == clips[number].map { $0.time })
      let frames = try clip.frames(at: Array(0..<clip.frameCount))
      let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch("out/\(number).raw")))
      #expect(bytes == Data(frames.flatMap { $0.packed() }), "clip \(number)")
      if settings.fidelity == .lossless { #expect(frames.map { $0.packed() } == clips[number].map { $0.packed() }) }
    }
    print("independent reader: \(read.reduce(0) { $0 + $1.frames }) frames of \(read.count) clips equal")
  }
}
