import Foundation
import Glibc
import SluiceMedia
import TestSupport
import Testing

/// Images that are damaged, cut off, too large or something else, in the sentences that say so.
@Suite struct ImageErrorTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    return folder.file(name)
  }

  /// The bytes of a gray PNG image.
  private func picture() throws -> [UInt8] {
    let path = folder.file("whole.png")
    try TestPictures.frame(7, layout: .gray).write(to: path)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func reading(_ path: String) -> String { sentence { _ = try VideoFrame(imageAt: path) } }

  @Test func anImageThatEndsEarlyIsSaid() throws {
    let whole = try picture()
    let header = try write(Array(whole[..<20]), "header.png")
    #expect(reading(header) == "\(header): the image cannot be decoded: its header is damaged or cut off")
    #expect(
      sentence { _ = try ImageFile(path: header) }
        == "\(header): the image cannot be decoded: its header is damaged or cut off")
    let half = try write(Array(whole[..<(whole.count / 2)]), "half.png")
    #expect(reading(half) == "\(half): the image cannot be decoded: its data is damaged or cut off")
    // Both begin like images: the first image of a folder says what all have to be like.
    let images = folder.file("images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    let first = try write(Array(whole[..<20]), "images/1.png")
    #expect(
      sentence { _ = try openFrames(path: images) }
        == "\(first): the image cannot be decoded: its header is damaged or cut off")
  }

  @Test func anImageWithOtherBytesThanItsChecksumIsSaid() throws {
    var bytes = try picture()
    let start = try #require(bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("IDAT".utf8) })
    bytes[start + 40] ^= 0x55
    let path = try write(bytes, "damaged.png")
    #expect(reading(path) == "\(path): the image cannot be decoded: its data is damaged")
  }

  @Test func whatIsNoImageIsSaid() throws {
    let text = try write(Array("not an image at all\n".utf8), "text.png")
    #expect(reading(text) == "\(text): is no PNG, JPEG, WebP or BMP image")
    #expect(sentence { _ = try openFrames(path: folder.path) } == "\(text): is no PNG, JPEG, WebP or BMP image")
    #expect(sentence { _ = try ImageFile(path: text) } == "\(text): is no single PNG, JPEG, WebP or BMP image")
    let moving = try write(WebPFile(parts: [.init(), .init()]).bytes, "moving.webp")
    #expect(sentence { _ = try ImageFile(path: moving) } == "\(moving): is no single PNG, JPEG, WebP or BMP image")
  }

  @Test func imagesOfOtherKindsAreNotWritten() throws {
    let unknown = folder.file("a.tiff")
    #expect(
      sentence { try TestPictures.frame(1).write(to: unknown) }
        == "\(unknown): an image's name ends in .png, .jpg or .jpeg")
    // These are read.
    for path in [folder.file("a.webp"), folder.file("a.bmp")] {
      #expect(
        sentence { try TestPictures.frame(1).write(to: path) }
          == "\(path): an image's name ends in .png, .jpg or .jpeg")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    let nowhere = folder.file("none/a.png")
    #expect(
      sentence { try TestPictures.frame(1).write(to: nowhere) }
        == "\(nowhere): cannot be written: No such file or directory")
  }

  @Test func anImageThatTheSystemDoesNotTakeIsSaid() async {
    let path = folder.file("full.png")
    await #expect(processExitsWith: .success) { [path = path as String] in
      // No file may grow.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      exitExpecting("\(path): cannot be written: File too large") { try TestPictures.frame(1).write(to: path) }
    }
  }

  @Test func anAnimationIsPutTogetherFromItsParts() throws {
    let parts: [WebPFile.Part] = [
      .init(), .init(left: 2, top: 4, width: 4, height: 4, color: (0, 0, 255, 255), milliseconds: 300),
      .init(left: 2, top: 0, width: 2, height: 8, color: (0, 255, 0, 0)),
    ]
    let path = try write(WebPFile(parts: parts).bytes, "moving.webp")
    let source = try openFrames(path: path)
    #expect(source is AnimatedWebP && source.frameCount == 3 && source.frameRate == 6)
    let frames = try source.frames(at: [2, 1, 0])
    #expect(frames.map(\.time) == [0.4, 0.1, 0])
    for (number, frame) in zip([2, 1, 0], frames) {
      let packed = frame.packed()
      for (place, y, x) in (0..<64).map({ ($0, $0 / 8, $0 % 8) }) {
        // What is transparent leaves what was there.
        let isBlue = number > 0 && (4..<8).contains(y) && (2..<6).contains(x)
        let color: [UInt8] = isBlue ? [0, 0, 255] : [255, 0, 0]
        #expect(Array(packed[3 * place..<3 * place + 3]) == color, "frame \(number), \(y), \(x)")
      }
    }
  }

  @Test func anAnimationThatIsDamagedNamesItsFrame() throws {
    var bytes = WebPFile(parts: [.init(), .init()]).bytes
    let start = try #require(bytes.indices.dropLast(4).last { bytes[$0..<$0 + 4].elementsEqual("VP8L".utf8) })
    bytes[start + 8] = 0
    let path = try write(bytes, "damaged.webp")
    let source = try openFrames(path: path)
    #expect(try source.frames(at: [0]).count == 1)
    let error = try #require(throws: MediaError.self) { try source.frames(at: [0, 1]) }
    #expect(error.description == "\(path): frame 1 cannot be decoded: its data is damaged" && error.frame == 1)
    let other = try write(WebPFile(parts: [.init(), .init(imageSize: (4, 4))]).bytes, "other.webp")
    #expect(
      sentence { _ = try openFrames(path: other).frames(at: [1]) }
        == "\(other): frame 1 has another size than the file says; it is damaged")
    let outside = try write(WebPFile(parts: [.init(), .init(left: 2)]).bytes, "outside.webp")
    #expect(
      sentence { _ = try openFrames(path: outside) } == "\(outside): frame 1 lies outside the image; it is damaged")
  }

  @Test func anAnimationOfNoFramesOrTooManyIsRefused() throws {
    let empty = try write(WebPFile().bytes, "empty.webp")
    #expect(sentence { _ = try openFrames(path: empty) } == "\(empty): is an animated WebP image without frames")
    let bytes = WebPFile(parts: [.init(), .init(), .init()]).bytes
    let path = try write(bytes, "three.webp")
    #expect(
      sentence { _ = try openFrames(path: path, limits: MediaLimits(frames: 2)) }
        == "\(path): has more than 2 frames, the limit of MediaLimits.frames")
    #expect(try openFrames(path: path, limits: MediaLimits(frames: 3)).frameCount == 3)
    let cut = try write(Array(bytes.dropLast(10)), "cut.webp")
    #expect(
      sentence { _ = try openFrames(path: cut) }
        == "\(cut): the image cannot be decoded: its data is damaged or cut off")
  }
}
