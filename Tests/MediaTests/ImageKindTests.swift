import Foundation
import SluiceMedia
import Testing

/// What a file is that begins like an image, and which way up it is.
@Suite struct ImageKindTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    return folder.file(name)
  }

  private func image(_ name: String, _ frame: VideoFrame = TestPictures.frame(7)) throws -> [UInt8] {
    try frame.write(to: folder.file(name))
    return try bytes(folder.file(name))
  }

  @Test(.enabled(if: FFmpegProgram.path != nil)) func animatedImagesAreVideos() throws {
    let raw = folder.file("raw.nut")
    try TestPictures.write(raw, count: 9, encoding: Recipe.other("rawvideo"))
    for (name, arguments) in [("a.png", ["-f", "apng"]), ("a.gif", []), ("a.apng", ["-plays", "0"])] {
      let path = folder.file(name)
      try FFmpegProgram.call(["-i", raw] + arguments + [path])
      let source = try openFrames(path: path)
      #expect(source is VideoFile && source.frameCount == 9, "\(name)")
      #expect(try source.frames(at: [8, 0, 5]).map(TestPictures.number) == [8, 0, 5])
    }
  }

  @Test(.enabled(if: FFmpegProgram.path != nil)) func webPAndBMPImagesAreRead() throws {
    let raw = folder.file("raw.nut")
    try TestPictures.write(raw, count: 2, encoding: Recipe.other("rawvideo"))
    for (name, arguments, form) in [
      ("a.webp", ["-quality", "90"], PixelLayout.yuv420), ("b.webp", ["-lossless", "1"], .rgb), ("c.bmp", [], .rgb),
    ] {
      let path = folder.file(name)
      try FFmpegProgram.call(["-i", raw, "-frames:v", "1"] + arguments + ["-update", "1", path])
      guard FileManager.default.fileExists(atPath: path) else {
        print("media: \(name) cannot be made here")
        continue
      }
      let source = try openFrames(path: path)
      let frame = try source.frames(at: [0])[0]
      #expect(source is ImageFile && frame.layout == form && frame.width == 176, "\(name)")
      #expect(TestPictures.number(in: frame) == 0)
      let whole = try bytes(path)
      #expect(throws: MediaError.self, "\(name)") {
        try VideoFrame(imageAt: try write(Array(whole[..<(whole.count / 2)]), "cut-" + name))
      }
    }
  }

  /// FFmpeg writes animated WebP, in parts that change, but reads none: the frames that went in are the truth.
  @Test(.enabled(if: FFmpegProgram.path != nil)) func anAnimatedWebPImageIsPutTogetherFromItsParts() throws {
    let (raw, path) = (folder.file("raw.nut"), folder.file("moving.webp"))
    try FFmpegProgram.call([
      "-f", "lavfi", "-i", "testsrc=s=96x64:r=10:d=1.2", "-pix_fmt", "bgra", "-c:v", "rawvideo", raw,
    ])
    try FFmpegProgram.call(["-i", raw, "-c:v", "libwebp_anim", "-lossless", "1", "-loop", "0", path])
    guard FileManager.default.fileExists(atPath: path) else {
      print("media: animated WebP cannot be made here")
      return
    }
    let reference = try FFmpegProgram.pictures(of: raw, arguments: ["-pix_fmt", "rgb24"])
    let source = try openFrames(path: path)
    #expect(source.frameCount * 96 * 64 * 3 == reference.count)
    #expect(abs(try #require(source.frameRate) - 10) < 0.01)
    let wanted = Array(0..<source.frameCount) + [3, 4, 11, 0, 7, 7]
    for (number, frame) in zip(wanted, try source.frames(at: wanted)) {
      #expect(frame.equals(frame: number, of: reference))
    }
    for number in [5, 6, 2, 11] {
      let frame = try source.frames(at: [number])[0]
      #expect(frame.equals(frame: number, of: reference), "frame \(number)")
      #expect(abs(try #require(frame.time) - Double(number) / 10) < 0.002)
    }
    let whole = try bytes(path)
    let cut = try write(Array(whole[..<(whole.count / 2)]), "cut.webp")
    #expect(throws: MediaError.self) { try openFrames(path: cut).frames(at: [0]) }
  }

  @Test func imagesOneAfterTheOtherAreAVideo() throws {
    let frames = try (0..<6).map { try image("\($0).jpg", TestPictures.frame($0)) }
    for name in ["a.mjpeg", "a.mjpg", "a.jpg"] {
      let source = try openFrames(path: try write(Array(frames.joined()), name))
      #expect(source is VideoFile && source.frameCount == 6, "\(name)")
      #expect(try source.frames(at: [5, 0, 3]).map(TestPictures.number) == [5, 0, 3])
    }
  }

  /// Phones append the film of the moment, cameras a preview or further images, programs notes of their own.
  @Test(arguments: ["png", "jpg"]) func whatIsBehindAnImageIsLeftAlone(ending: String) throws {
    let own = try image("own." + ending)
    let frame = try VideoFrame(imageAt: folder.file("own." + ending)).packed()
    try TestPictures.write(folder.file("moment.mp4"), count: 5)
    let preview = try image("preview.jpg", TestPictures.frame(2, width: 160, height: 64))
    for trailer in [try bytes(folder.file("moment.mp4")), preview, [UInt8](repeating: 0, count: 100_000), [1, 2, 3]] {
      let source = try openFrames(path: try write(own + trailer, "motion." + ending))
      #expect(source is ImageFile && source.frameCount == 1)
      #expect(try source.frames(at: [0])[0].packed() == frame)
    }
  }

  /// A list of the images inside (CIPA DC-007): the first is the image, the others belong to it.
  @Test func furtherImagesThatAListNamesAreNoVideo() throws {
    let own = try image("own.jpg")
    let list: [UInt8] = [0xFF, 0xE2, 0, 8] + Array("MPF\0".utf8) + [0, 0]
    let source = try openFrames(path: try write(Array(own[..<2]) + list + own[2...] + own, "many.jpg"))
    #expect(source is ImageFile)
    #expect(try source.frames(at: [0]).map(TestPictures.number) == [7])
  }

  /// How the stored image is turned by each of Exif's values, as the row and column of the stored sample.
  private static func stored(_ value: Int, _ row: Int, _ column: Int, _ width: Int, _ height: Int) -> (Int, Int) {
    switch value {
    case 2: (row, width - 1 - column)
    case 3: (height - 1 - row, width - 1 - column)
    case 4: (height - 1 - row, column)
    case 5: (column, row)
    case 6: (height - 1 - column, row)
    case 7: (height - 1 - column, width - 1 - row)
    case 8: (column, width - 1 - row)
    default: (row, column)
    }
  }

  private static func exif(_ value: UInt8, isLittle: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? bytes : bytes.reversed()
    }
    // Two entries: a width, which does not matter, and the turn.
    return Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
      + number(0x0100, 2) + number(4, 2) + number(1, 4) + number(9, 4)
      + number(0x0112, 2) + number(3, 2) + number(1, 4) + number(Int(value), 2) + [0, 0] + number(0, 4)
  }

  @Test(arguments: 0...9 as ClosedRange<UInt8>, [true, false]) func imagesAreTurnedAsExifSays(
    value: UInt8, isLittle: Bool
  ) throws {
    let own = try image("own.jpg", TestPictures.frame(3, width: 64, height: 48, layout: .gray))
    let plain = try VideoFrame(imageAt: folder.file("own.jpg"))
    let block = Array("Exif\0\0".utf8) + Self.exif(value, isLittle: isLittle)
    let segment = [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
    let path = try write(Array(own[..<2]) + segment + own[2...], "turned.jpg")
    let source = try openFrames(path: path)
    let frame = try source.frames(at: [0])[0]
    let isTurned = (5...8).contains(value)
    try #require(frame.width == (isTurned ? plain.height : plain.width))
    let (before, after) = (plain.packed(), frame.packed())
    let width = plain.width
    let isRight = (0..<frame.height).allSatisfy { row in
      (0..<frame.width).allSatisfy { column in
        let (y, x) = Self.stored(Int(value), row, column, width, plain.height)
        return after[row * frame.width + column] == before[y * width + x]
      }
    }
    #expect(isRight)
  }

  @Test func aPNGIsTurnedByItsExifChunk() throws {
    let own = try image("own.png", TestPictures.frame(3, width: 64, height: 48, layout: .gray))
    let block = Self.exif(6, isLittle: false)
    let chunk = [0, 0, 0, UInt8(block.count)] + Array("eXIf".utf8) + block + Self.checksum(Array("eXIf".utf8) + block)
    let frame = try VideoFrame(imageAt: try write(Array(own[..<33]) + chunk + own[33...], "turned.png"))
    #expect(frame.width == 48 && frame.height == 64)
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let sum = ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
  }

  @Test(arguments: ["png", "jpg"]) func anImageThatIsTooLargeNamesTheLimit(ending: String) throws {
    _ = try image("large." + ending)
    let error = try #require(throws: MediaError.self) {
      try openFrames(path: folder.file("large." + ending), limits: MediaLimits(pixels: 10_000))
    }
    #expect(error.code == .limitExceeded)
    #expect(error.description.hasSuffix("is 176×96, more than the 10000 pixels of MediaLimits.pixels; make it smaller"))
  }
}
