import Foundation
import SluiceMedia
import TestSupport
import Testing

/// Videos that cannot be read, decoded or written, in the sentences that say so.
@Suite struct VideoErrorTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    return folder.file(name)
  }

  /// An AVI file that says that its frames are of another codec than they are.
  private func mislabeled(_ encoder: String, as tag: String) throws -> String {
    let path = folder.file("own.avi")
    try TestPictures.write(path, count: 5, encoding: Recipe.other(encoder))
    var whole = try bytes(path)
    // The codec stands in the description of the stream, and behind the size of its frames.
    let header = try #require(whole.indices.dropLast(8).first { whole[$0..<$0 + 4].elementsEqual("vids".utf8) }) + 4
    let format = try #require(whole.indices.dropLast(24).first { whole[$0..<$0 + 4].elementsEqual("strf".utf8) }) + 24
    for place in [header, format] { whole.replaceSubrange(place..<place + 4, with: tag.utf8) }
    return try write(whole, "other.avi")
  }

  @Test func aCodecThatNobodyDecodesIsNamed() throws {
    for (tag, name) in [("ZZZZ", "“ZZZZ”"), ("\u{1}\u{2}\u{3}\u{4}", "a codec without a name (67305985)")] {
      let path = try mislabeled("mpeg4", as: tag)
      let error = try #require(throws: MediaError.self) { try VideoFile(path: path) }
      #expect(error.code == .unsupported)
      #expect(
        error.description == "\(path): the installed FFmpeg has no decoder for \(name); convert the file to H.264")
    }
  }

  @Test func aStreamWithoutItsHeadersIsRefused() throws {
    // Ut Video says in headers outside the frames how they are coded; MPEG-4 in AVI has none.
    let path = try mislabeled("mpeg4", as: "ULY0")
    #expect(sentence { _ = try VideoFile(path: path) }.hasPrefix("\(path): the decoder refuses the stream: "))
  }

  @Test func formsOfFramesThatNothingConvertsAreNamed() throws {
    // As many bytes as 4:2:0 has, in an order that libswscale does not read.
    let path = try mislabeled("rawvideo", as: "Y411")
    let file = try VideoFile(path: path)
    #expect(
      sentence { _ = try file.frames(at: [2]) }.hasPrefix(
        "\(path): its frames (uyyvyy411, 176×96) cannot be converted: "))
  }

  @Test func whatTakesTooLongIsGivenUp() throws {
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 5)
    let error = try #require(throws: MediaError.self) { try VideoFile(path: path, limits: MediaLimits(seconds: 0)) }
    #expect(error.code == .timedOut)
    #expect(
      error.description == "\(path): reading took longer than 0.0 s; raise MediaLimits.seconds if the file is sound")
  }

  @Test func whatIsLargerThanTheLimitsNamesThem() throws {
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 5)
    #expect(
      sentence { _ = try VideoFile(path: path, limits: MediaLimits(pixels: 1000)) }
        == "\(path): its frames are 176×96, more than the 1000 pixels of MediaLimits.pixels")
    #expect(
      sentence { _ = try VideoFile(path: path, limits: MediaLimits(frames: 4)) }
        == "\(path): has more than 4 frames, the limit of MediaLimits.frames")
    #expect(try VideoFile(path: path, limits: MediaLimits(pixels: 176 * 96, frames: 5)).frameCount == 5)
  }

  @Test func aFileThatIsWrittenOverMeanwhileIsNoticed() throws {
    let (path, other) = (folder.file("a.mp4"), folder.file("b.mp4"))
    try TestPictures.write(path, count: 60, encoding: .h264(keyInterval: 12, reorderedFrames: 0))
    try TestPictures.write(other, count: 60, encoding: .h264(quality: 40, keyInterval: 12, reorderedFrames: 0))
    // Read again where frames are asked for, instead of kept.
    let file = try VideoFile(path: path, limits: MediaLimits(retainedBytes: 1000))
    #expect(try file.frames(at: [3]).map(TestPictures.number) == [3])
    // Still the same file, with other content.
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.write(contentsOf: try bytes(other))
    try handle.truncate(atOffset: try handle.offset())
    try handle.close()
    let found = sentence { _ = try file.frames(at: [50, 20]) }
    #expect(
      found.hasPrefix("\(path): changed while it was read: packet ") && found.hasSuffix(" is another one than before"),
      "\(found)")
  }

  @Test func aFrameThatIsDamagedIsNamed() throws {
    let path = folder.file("a.mov")
    try TestPictures.write(path, count: 8, encoding: Recipe.other("png"), layout: .gray)
    var whole = try bytes(path)
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let starts = whole.indices.dropLast(8).filter { whole[$0..<$0 + 8].elementsEqual(signature) }
    try #require(starts.count == 8)
    whole[starts[5]] = 0
    let damaged = try write(whole, "damaged.mov")
    let file = try VideoFile(path: damaged)
    #expect(try file.frames(at: [4, 6]).map(TestPictures.number) == [4, 6])
    #expect(
      sentence { _ = try file.frames(at: [4, 5]) }
        == "\(damaged): frame 5 of 8 cannot be decoded: its data is damaged; ask for other frames or repair the file")
  }

  @Test func aVideoWithoutAFrameThatIsSoundIsSaid() throws {
    let path = folder.file("a.avi")
    try TestPictures.write(path, count: 8, encoding: Recipe.other("png"), layout: .gray)
    var whole = try bytes(path)
    // Where frames begin and end can still be told, but not how large they are.
    for start in whole.indices.dropLast(4) where whole[start..<start + 4].elementsEqual("IHDR".utf8) {
      whole[start] = 0
    }
    let damaged = try write(whole, "damaged.avi")
    #expect(
      sentence { _ = try VideoFile(path: damaged) }
        == "\(damaged): holds no frame that can be decoded; 8 packets were read")
  }

  @Test func whatTheWriterDoesNotTakeIsSaid() throws {
    let other = folder.file("a.what")
    #expect(
      sentence { _ = try VideoWriter(path: other, like: TestPictures.frame(0)) }
        == "\(other): the ending names no container; use .mp4")
    let path = folder.file("a.mp4")
    #expect(
      sentence { _ = try VideoWriter(path: path, like: TestPictures.frame(0), encoding: Recipe.other("h265000")) }
        == "\(path): the installed FFmpeg has no encoder h265000")
    let writer = try VideoWriter(path: path, like: TestPictures.frame(0))
    for number in 0..<3 { try writer.append(TestPictures.frame(number)) }
    #expect(
      sentence { try writer.append(TestPictures.frame(3, width: 64, height: 48)) }
        == "\(path): frame 3 is 64×48, the file has 176×96; all frames must be alike")
    try writer.finish()
    #expect(
      sentence { try writer.append(TestPictures.frame(3)) } == "\(path): is finished; a frame came after finish()")
    #expect(try VideoFile(path: path).frameCount == 3)
  }

  @Test func framesWhoseTimesGoBackAreRefused() throws {
    let path = folder.file("a.avi")
    let writer = try VideoWriter(path: path, like: TestPictures.frame(0), encoding: Recipe.other("mpeg4"))
    try writer.append(TestPictures.frame(0), at: 5)
    #expect(sentence { try writer.append(TestPictures.frame(1), at: 4) }.hasPrefix("\(path): encoding failed: "))
  }

  @Test func sizesThatNoFrameCanHaveAreRefused() {
    #expect(
      sentence { _ = try FrameScaler(shortSide: 0).scaled(TestPictures.frame(1)) }
        == "frame: 176×96 cannot be scaled to a shorter side of 0: Numerical result out of range")
  }
}
