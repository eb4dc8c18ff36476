import Foundation
import SluiceMedia
import Testing

@Suite struct WriterTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  @Test func everyFrameIsFoundByItsNumber() throws {
    let path = folder.file("numbers.mp4")
    try TestPictures.write(path, count: 70, encoding: .h264(framesPerSecond: 30, keyInterval: 25))
    let file = try VideoFile(path: path)
    #expect(file.frameCount == 70 && file.width == 176 && file.height == 96)
    #expect(abs(try #require(file.frameRate) - 30) < 1e-3)
    let wanted = [69, 0, 33, 33, 5, 48, 12]
    #expect(try file.frames(at: wanted).map(TestPictures.number) == wanted)
    var seen: [Int] = []
    try file.forEachFrame(at: 0..<70) {
      #expect(TestPictures.number(in: $1) == $0)
      seen.append($0)
    }
    #expect(seen == Array(0..<70))
  }

  @Test func timesFollowTheFile() throws {
    let path = folder.file("times.mp4")
    try TestPictures.write(path, count: 20, encoding: .h264(framesPerSecond: 10), time: { $0 < 10 ? $0 : $0 + 30 })
    let file = try VideoFile(path: path)
    #expect(abs(file.times[9] - 0.9) < 1e-6 && abs(file.times[10] - 4.0) < 1e-6)
    #expect(file.frameIndex(at: -1) == 0)
    #expect(file.frameIndex(at: 0.95) == 9)
    #expect(file.frameIndex(at: 3.99) == 9)
    #expect(file.frameIndex(at: 4.0) == 10)
    #expect(file.frameIndex(at: 100) == 19)
    let frame = try file.frames(at: [10])[0]
    #expect(abs(try #require(frame.time) - 4.0) < 1e-6)
  }

  @Test(arguments: [(176, 96), (320, 240), (128, 128)])
  func equalPicturesGiveEqualFilesWhateverMemoryHeldBefore(width: Int, height: Int) throws {
    // Memory fresh from the system is zero; what other work left there is not. glibc fills what it hands out instead.
    typealias MallocOption = @convention(c) (Int32, Int32) -> Int32
    let mallopt = unsafeBitCast(try #require(dlsym(nil, "mallopt")), to: MallocOption.self)
    let perturb: Int32 = -6  // M_PERTURB
    defer { _ = mallopt(perturb, 0) }
    let files = try [0, 0x55, 0xAA].map { (fill: Int32) in
      _ = mallopt(perturb, fill)
      let path = folder.file("\(fill).mp4")
      try TestPictures.write(path, count: 30, width: width, height: height)
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    #expect(files[0].count > 1000 && Set(files).count == 1)
  }

  @Test func qualityZeroLosesNothing() throws {
    let path = folder.file("lossless.mp4")
    try TestPictures.write(path, count: 6, encoding: .h264(quality: 0))
    for (number, frame) in try VideoFile(path: path).frames(at: Array(0..<6)).enumerated() {
      #expect(frame.packed().elementsEqual(TestPictures.frame(number).packed()))
    }
  }

  @Test func framesOfAnotherSizeAndImpossibleFilesAreRefused() throws {
    let writer = try VideoWriter(path: folder.file("a.mp4"), like: TestPictures.frame(0))
    let error = try #require(throws: MediaError.self) {
      try writer.append(TestPictures.frame(0, width: 64, height: 64))
    }
    #expect(error.code == .cannotEncode && error.description.contains("64×64"))
    #expect(throws: MediaError.self) { try VideoWriter(path: folder.file("a.what"), like: TestPictures.frame(0)) }
    #expect(throws: MediaError.self) { try VideoWriter(path: folder.file("no/a.mp4"), like: TestPictures.frame(0)) }
    #expect(throws: MediaError.self) {
      try VideoWriter(path: folder.file("odd.mp4"), like: TestPictures.frame(0, width: 175, height: 95))
    }
  }

  @Test func rgbPicturesAreStoredAsYUV() throws {
    let path = folder.file("rgb.mp4")
    try TestPictures.write(path, count: 3, encoding: .h264(quality: 1), layout: .rgb)
    let frame = try VideoFile(path: path).frames(at: [2])[0]
    #expect(frame.layout == .yuv420 && frame.color == ColorDescription())
  }
}
