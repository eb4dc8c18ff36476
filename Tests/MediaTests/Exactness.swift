import Foundation
import SluiceMedia
import SluicePlatform
import Testing

/// Checks that every frame of a file equals the `ffmpeg` program's, in order and at random.
func expectExact(
  _ path: String, reference arguments: [String] = [], requests: Int = 12,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let reference = try FFmpegProgram.pictures(of: path, arguments: arguments)
  let file = try VideoFile(path: path)
  let size = try file.frames(at: [0])[0].packed().count
  #expect(
    reference.count == file.frameCount * size,
    "\(file.frameCount) frames, ffmpeg \(Double(reference.count) / Double(size))",
    sourceLocation: sourceLocation)
  func matches(_ number: Int, _ frame: VideoFrame) -> Bool { frame.equals(frame: number, of: reference) }
  var wrong: [Int] = []
  try file.forEachFrame(at: 0..<file.frameCount) { if !matches($0, $1) { wrong.append($0) } }
  #expect(wrong.isEmpty, "in order: \(wrong.prefix(20))", sourceLocation: sourceLocation)
  var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "exactness")
  var requested: [[Int]] = (0..<requests).map { _ in (0..<5).map { _ in random.integer(in: 0...file.frameCount - 1) } }
  requested += [
    [file.frameCount - 1], [file.frameCount - 1, 0, 0], Array(stride(from: 0, to: file.frameCount, by: 4)),
  ]
  for wanted in requested {
    let got = try file.frames(at: wanted)
    #expect(got.count == wanted.count, sourceLocation: sourceLocation)
    wrong = zip(wanted, got).filter { !matches($0, $1) }.map(\.0)
    #expect(wrong.isEmpty, "at random, asked \(wanted): \(wrong)", sourceLocation: sourceLocation)
  }
}
