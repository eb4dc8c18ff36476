import Foundation
import SluiceMedia
import TestSupport
import Testing

/// Images of more than eight bits, with alpha, in inks: what of them is read, and what cannot be.
@Suite struct ImageColorTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    return folder.file(name)
  }

  /// The first pixels in RGB.
  private func pixels(_ bytes: [UInt8], _ name: String, count: Int = 2) throws -> [Int] {
    let frame = try VideoFrame(imageAt: try write(bytes, name))
    // Gray is what it is, in all three colors.
    guard frame.layout != .gray else { return frame.packed().prefix(count).flatMap { [Int($0), Int($0), Int($0)] } }
    return frame.convertedToRGB().packed().prefix(3 * count).map(Int.init)
  }

  private func isNear(_ one: [Int], _ other: [Int], within levels: Int = 1) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= levels }
  }

  @Test func sixteenBitsBecomeEight() throws {
    let rgb = ImageBytes.png(
      width: 2, depth: 16, colorType: 2,
      samples: [0x12, 0x34, 0x80, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0x7F, 0x80])
    #expect(isNear(try pixels(rgb, "rgb16.png"), [0x12, 0x80, 0xFF, 0x00, 0xFF, 0x7F]))
    let gray = ImageBytes.png(width: 2, depth: 16, colorType: 0, samples: [0x12, 0xFF, 0x80, 0x01])
    #expect(isNear(try pixels(gray, "gray16.png"), [0x12, 0x12, 0x12, 0x80, 0x80, 0x80]))
  }

  /// As OpenCV's color mode does it.
  @Test func alphaIsLeftOutAndGrayHasThreeEqualColors() throws {
    let rgb = ImageBytes.png(width: 2, depth: 8, colorType: 6, samples: [10, 20, 30, 0, 40, 50, 60, 128])
    #expect(try pixels(rgb, "rgba.png") == [10, 20, 30, 40, 50, 60])
    let gray = ImageBytes.png(width: 2, depth: 8, colorType: 4, samples: [10, 0, 200, 255])
    #expect(try pixels(gray, "graya.png") == [10, 10, 10, 200, 200, 200])
    let plain = ImageBytes.png(width: 2, depth: 8, colorType: 0, samples: [7, 201])
    #expect(try pixels(plain, "gray.png") == [7, 7, 7, 201, 201, 201])
  }

  @Test func inksOfAnAdobeSegmentBecomeColors() throws {
    // Stored inverted: 10, 60, 110 and 20 of cyan, magenta, yellow and black.
    let inks = ImageBytes.jpeg(components: [245, 195, 145, 235], adobe: 0)
    #expect(isNear(try pixels(inks, "cmyk.jpg", count: 1), [226, 180, 134], within: 2))
    let luma = ImageBytes.jpeg(components: [200, 128, 128, 200], adobe: 2)
    #expect(isNear(try pixels(luma, "ycck.jpg", count: 1), [43, 43, 43], within: 2))
    #expect(try openFrames(path: folder.file("cmyk.jpg")).frameCount == 1)
  }

  @Test func fourColorsThatNobodyNamesAreRefused() throws {
    let path = try write(ImageBytes.jpeg(components: [245, 195, 145, 235], adobe: nil), "unknown.jpg")
    let error = try #require(throws: MediaError.self) { try VideoFrame(imageAt: path) }
    #expect(error.code == .unsupported)
    #expect(
      error.description
        == "\(path): the image has four colors and no Adobe segment that says which. Save it as RGB, or as CMYK with that "
        + "segment")
  }
}
