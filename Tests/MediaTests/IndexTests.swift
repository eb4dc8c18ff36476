import Foundation
import SluiceMedia
import Testing

@Suite struct IndexTests {
  /// The same pictures whether packets are kept or read again, for every container that seeks in its own way.
  @Test(arguments: ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.flv", "a.mov", "a.h264", "a.nut"])
  func aFileTooLargeToKeepIsReadAgain(name: String) throws {
    let folder = try ScratchFolder()
    let path = folder.file(name)
    let encoding = VideoEncoding.h264(keyInterval: 15, reorderedFrames: name == "a.avi" ? 0 : 3)
    try TestPictures.write(path, count: 150, encoding: encoding)
    let file = try VideoFile(path: path, limits: MediaLimits(retainedBytes: 10_000))
    #expect(file.frameCount == 150)
    for wanted in [[149], [0], [75, 76], [140, 3, 77], [10, 40, 70, 100], [149, 0]] {
      #expect(try file.frames(at: wanted).map(TestPictures.number) == wanted)
    }
  }

  @Test func severalRequestsOfOneFileAreServedInOnePass() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 100, encoding: .h264(keyInterval: 25))
    let file = try VideoFile(path: path)
    var order: [Int] = []
    try file.forEachFrame(at: [80, 3, 5, 3, 81, 40]) { number, frame in
      #expect(TestPictures.number(in: frame) == number)
      order.append(number)
    }
    #expect(order == [3, 5, 40, 80, 81])
  }

  @Test func oneFileServesManyThreads() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 60, encoding: .h264(keyInterval: 20))
    let file = try VideoFile(path: path)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for start in 0..<16 {
        group.addTask {
          let wanted = [start, start + 20, start + 40]
          return try file.frames(at: wanted).map(TestPictures.number) == wanted
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test func framesOutliveTheirFile() throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 30)
    var file: VideoFile? = try VideoFile(path: path)
    let frames = try #require(try file?.frames(at: Array(0..<30)))
    file = nil
    #expect(frames.map(TestPictures.number) == Array(0..<30))
  }

  /// DivX "packed bitstream": a P-picture and the B-picture behind it share a packet, an empty one follows.
  @Test(arguments: [1, 2]) func packedPicturesAreInOrder(reordered: Int) throws {
    let folder = try ScratchFolder()
    let path = folder.file("plain.m4v")
    try TestPictures.write(path, count: 24, encoding: Recipe.other("mpeg4", reordered: reordered, ["b": "2M"]))
    let packed = folder.file("packed.avi")
    try PackedBitstream.rewrite(elementary: path, to: packed, width: 176, height: 96)
    let file = try VideoFile(path: packed)
    #expect(file.frameCount == 24)
    #expect(try file.frames(at: Array(0..<24)).map(TestPictures.number) == Array(0..<24))
    for wanted in [[7], [23, 2], [13, 14, 20]] {
      #expect(try file.frames(at: wanted).map(TestPictures.number) == wanted)
    }
    if FFmpegProgram.path != nil { try expectExact(packed) }
  }
}
