import Foundation
import SluiceMedia
import Testing

@Suite struct ImageTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  @Test(arguments: [PixelLayout.rgb, .gray], [(16, 16), (17, 9), (1, 1), (300, 2)])
  func aPictureSurvivesPNG(layout: PixelLayout, size: (Int, Int)) throws {
    let picture = TestPictures.frame(5, width: size.0, height: size.1, layout: layout)
    let path = folder.file("picture.png")
    try picture.write(to: path)
    let read = try VideoFrame(imageAt: path)
    #expect(read.layout == layout && read.width == size.0 && read.height == size.1)
    #expect(read.packed() == picture.packed())
  }

  @Test func aFrameIsWrittenAsTheRGBItShows() throws {
    let picture = TestPictures.frame(5)
    let path = folder.file("picture.png")
    try picture.write(to: path)
    #expect(try VideoFrame(imageAt: path).packed() == picture.convertedToRGB().packed())
  }

  @Test(arguments: [PixelLayout.yuv420, .yuv422, .yuv444, .gray, .rgb])
  func aPictureSurvivesJPEGNearly(layout: PixelLayout) throws {
    let picture = TestPictures.frame(0, width: 96, height: 64, layout: layout)
    let path = folder.file("picture.jpg")
    try picture.write(to: path, quality: 1)
    let read = try VideoFrame(imageAt: path)
    #expect(read.color.range == .full)
    let (own, other) = (picture.convertedToRGB().packed(), read.convertedToRGB().packed())
    try #require(own.count == other.count)
    let difference = zip(own, other).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(difference) / Double(own.count) < 6)
  }

  @Test func aFolderIsOrderedByTheNumbersInItsNames() throws {
    for number in [10, 2, 1, 33] { try TestPictures.frame(number).write(to: folder.file("img\(number).png")) }
    try Data("notes".utf8).write(to: URL(fileURLWithPath: folder.file("notes.txt")))
    let source = try openFrames(path: folder.path)
    #expect(source.frameCount == 4)
    #expect(try source.frames(at: [3, 0, 1, 2, 0]).map(TestPictures.number) == [33, 1, 2, 10, 1])
    #expect(throws: MediaError.self) { try source.frames(at: [4]) }
  }

  @Test func aSinglePictureIsAClipOfOneFrame() throws {
    let path = folder.file("one.jpeg")
    try TestPictures.frame(7).write(to: path)
    let source = try openFrames(path: path)
    #expect(source.frameCount == 1 && source.frameRate == nil)
    #expect(try source.frames(at: [0, 0]).map(TestPictures.number) == [7, 7])
  }

  @Test(arguments: ["png", "jpg"]) func aCutOrDamagedPictureIsAnError(ending: String) throws {
    let path = folder.file("whole." + ending)
    try TestPictures.frame(7).write(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for length in [0, 3, 9, 40, whole.count / 2, whole.count - 20] {
      let cut = folder.file("cut." + ending)
      try whole.prefix(length).write(to: URL(fileURLWithPath: cut))
      #expect(throws: MediaError.self, "\(length) bytes") { try VideoFrame(imageAt: cut) }
    }
    #expect(throws: MediaError.self) { try VideoFrame(imageAt: path, limits: MediaLimits(pixels: 100)) }
  }

  @Test func otherEndingsAndPlacesAreRefused() throws {
    let picture = TestPictures.frame(1)
    #expect(throws: MediaError.self) { try picture.write(to: folder.file("a.bmp")) }
    #expect(throws: MediaError.self) { try picture.write(to: folder.file("none/a.png")) }
  }
}
