import Foundation
import SluiceMedia
import Testing

@Suite struct DamageTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private func write(_ data: Data, _ name: String) throws -> String {
    let path = folder.file(name)
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: RealFiles.root + "/corrupted.mp4") && FFmpegProgram.path != nil)
  )
  func theUndecodableFrameOfACorruptedFileIsNamedAndTheOthersAreRight() throws {
    let path = RealFiles.root + "/corrupted.mp4"
    let reference = try FFmpegProgram.pictures(of: path)
    let file = try VideoFile(path: path)
    let size = try file.frames(at: [0])[0].packed().count
    #expect(file.frameCount == 50)
    #expect(reference.count == 49 * size)
    let error = try #require(throws: MediaError.self) { try file.frames(at: [29, 30, 31]) }
    #expect(error.code == .cannotDecode && error.frame == 30)
    #expect(error.description.contains("frame 30 of 50"))
    func matches(_ number: Int, _ frame: VideoFrame) -> Bool {
      frame.equals(frame: number > 30 ? number - 1 : number, of: reference)
    }
    for number in [0, 7, 28, 29, 31, 32, 33, 34, 40, 49] {
      #expect(matches(number, try file.frames(at: [number])[0]), "frame \(number)")
    }
    let others = (0..<50).filter { $0 != 30 }
    let wrong = zip(others, try file.frames(at: others)).filter { !matches($0, $1) }.map(\.0)
    #expect(wrong.isEmpty)
  }

  @Test func aFileCutBeforeItsIndexIsNoVideo() throws {
    let whole = folder.file("whole.mp4")
    try TestPictures.write(whole, count: 30)
    let half = try bytes(whole)
    let cut = try write(half.prefix(half.count / 2), "cut.mp4")
    let error = try #require(throws: MediaError.self) { try VideoFile(path: cut) }
    #expect(error.code == .notVideo)
    #expect(error.description.hasPrefix(cut + ": "))
  }

  @Test func whatACutStreamStillHoldsCanBeRead() throws {
    for name in ["whole.ts", "whole.mkv"] {
      let whole = folder.file(name)
      try TestPictures.write(whole, count: 60, encoding: .h264(keyInterval: 20))
      let data = try bytes(whole)
      let cut = try write(data.prefix(data.count / 2), "cut-" + name)
      let file = try VideoFile(path: cut)
      #expect((10..<60).contains(file.frameCount))
      let frames = try file.frames(at: [0, 5, 9])
      #expect(frames.map(TestPictures.number) == [0, 5, 9])
    }
  }

  @Test(.enabled(if: FFmpegProgram.path != nil))
  func aStreamThatBeginsInTheMiddleOfAGroupEqualsFFmpegs() throws {
    let whole = folder.file("whole.ts")
    try TestPictures.write(whole, count: 80, encoding: .h264(keyInterval: 20))
    let data = try bytes(whole)
    // The head with the tables stays, a third of the packets behind it goes.
    let start = 188 * 6
    let later = (data.count / 3) / 188 * 188
    let cut = try write(data.prefix(start) + data[later...], "middle.ts")
    try expectExact(cut)
  }

  @Test func whatIsNoVideoIsSaidInOneSentence() throws {
    let cases: [(String, Data, MediaError.Code)] = [
      ("empty.mp4", Data(), .notVideo), ("text.mp4", Data("not a video at all\n".utf8), .notVideo),
      ("zeros.mp4", Data(count: 100_000), .notVideo),
      ("list.m3u8", Data("#EXTM3U\n#EXTINF:1,\nother.ts\n".utf8), .notVideo),
      ("script.txt", Data("ffconcat version 1.0\nfile other.mp4\n".utf8), .notVideo),
    ]
    for (name, data, code) in cases {
      let path = try write(data, name)
      let error = try #require(throws: MediaError.self, "\(name)") { try VideoFile(path: path) }
      #expect(error.code == code, "\(error)")
      #expect(!error.description.contains("\n"))
    }
    let missing = try #require(throws: MediaError.self) { try VideoFile(path: folder.file("nowhere.mp4")) }
    #expect(missing.code == .cannotOpen)
    #expect(throws: MediaError.self) { try openFrames(path: folder.path) }
  }

  @Test(.enabled(if: FFmpegProgram.path != nil)) func soundAloneIsNoVideo() throws {
    let path = folder.file("sound.mp4")
    try FFmpegProgram.call(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", path])
    let error = try #require(throws: MediaError.self) { try VideoFile(path: path) }
    #expect(error.code == .notVideo && error.description.contains("no video"))
  }

  @Test func absurdDimensionsAreRefused() throws {
    let path = folder.file("large.mp4")
    try TestPictures.write(path, count: 3)
    #expect(throws: MediaError.self) { try VideoFile(path: path, limits: MediaLimits(pixels: 1000)).frames(at: [0]) }
    let many = try #require(throws: MediaError.self) { try VideoFile(path: path, limits: MediaLimits(frames: 2)) }
    #expect(many.code == .limitExceeded)
  }

  @Test func aFrameBeyondTheEndIsNamed() throws {
    let path = folder.file("short.mp4")
    try TestPictures.write(path, count: 10)
    let file = try VideoFile(path: path)
    let error = try #require(throws: MediaError.self) { try file.frames(at: [3, 10]) }
    #expect(error.code == .noSuchFrame && error.frame == 10)
    #expect(
      error.description == "\(path): frame 10 asked, the stream has 10: 0…9. Ask for fewer frames or a smaller stride.")
    #expect(throws: MediaError.self) { try file.frames(at: [-1]) }
    #expect(try file.frames(at: []).isEmpty)
  }
}
