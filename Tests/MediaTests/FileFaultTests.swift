import Foundation
import SluiceMedia
import Testing

/// Files that have frames, but are not sound as a whole: what trains, stores or checks data refuses them with a sentence.
@Suite(.enabled(if: FFmpegProgram.path != nil)) struct FileFaultTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func expectFault(_ path: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let file = try VideoFile(path: path)
    let fault = try #require(file.fault, "\(path) has no fault", sourceLocation: sourceLocation)
    for word in words { #expect(fault.description.contains(word), "\(fault)", sourceLocation: sourceLocation) }
    #expect(throws: fault, sourceLocation: sourceLocation) { try openFrames(path: path) }
    #expect(try openFrames(path: path, toleratesFaults: true).frameCount == file.frameCount)
    #expect(try file.frames(at: [0]).count == 1)
  }

  @Test(arguments: ["mp4", "mkv", "avi", "flv", "mov", "webm"], [0.5, 0.8])
  func aFileThatWasCutOffSaysSo(ending: String, share: Double) throws {
    let (whole, path) = (folder.file("whole." + ending), folder.file("cut." + ending))
    var encoding =
      ending == "webm"
      ? Recipe.other("libvpx", ["deadline": "realtime"]) : VideoEncoding.h264(keyInterval: 12, reorderedFrames: 0)
    if ending == "mp4" || ending == "mov" { encoding.containerOptions = ["movflags": "faststart"] }
    try TestPictures.write(whole, count: 60, encoding: encoding)
    #expect(try VideoFile(path: whole).fault == nil)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
    try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(fileURLWithPath: path))
    try expectFault(path, "is cut off", "Get the whole file")
  }

  @Test func aFileCutBetweenTwoFramesNamesHowManyThereShouldBe() throws {
    let (whole, path) = (folder.file("whole.mp4"), folder.file("cut.mp4"))
    var encoding = VideoEncoding.h264(keyInterval: 12, reorderedFrames: 0)
    encoding.containerOptions = ["movflags": "faststart"]
    try TestPictures.write(whole, count: 60, encoding: encoding)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: whole)))
    // Coded frames are behind `mdat`, each behind its length.
    var end = try #require(bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("mdat".utf8) }) + 4
    for _ in 0..<31 { end += 4 + bytes[end..<end + 4].reduce(0) { $0 << 8 | Int($1) } }
    try Data(bytes[..<end]).write(to: URL(fileURLWithPath: path))
    try expectFault(path, "of 60 frames", "\(end) of \(bytes.count) bytes")
  }

  @Test(arguments: ["ts", "flv", "mkv"]) func framesThatChangeTheirSizeAreNamed(ending: String) throws {
    let kind = ending == "flv" ? "ts" : ending
    let parts = [(176, 96), (128, 64)].map { width, height in
      (folder.file("\(width).\(kind)"), width, height)
    }
    let encoding = kind == "mkv" ? Recipe.other("libvpx", ["deadline": "realtime"]) : .h264(keyInterval: 12)
    for (path, width, height) in parts {
      try TestPictures.write(path, count: 25, encoding: encoding, width: width, height: height)
    }
    let path = folder.file("joined." + ending)
    if ending == "mkv" {
      try #require(StreamCopy.write(parts.map { .init(path: $0.0) }, to: path))
    } else {
      let joined = folder.file("joined.ts")
      try parts.reduce(into: Data()) { $0 += try Data(contentsOf: URL(fileURLWithPath: $1.0)) }
        .write(to: URL(fileURLWithPath: joined))
      if ending == "flv" { try FFmpegProgram.call(["-i", joined, "-c", "copy", path]) }
    }
    try expectFault(path, "change at frame 25 of 50, from 176×96 to 128×64", "Divide the file there")
  }

  @Test func aFolderOfUnlikeImagesNamesTheFirstThatDiffers() throws {
    for (name, frame) in [
      ("1.jpg", TestPictures.frame(1)), ("2.jpg", TestPictures.frame(2)),
      ("3.jpg", TestPictures.frame(3, layout: .yuv444)),
    ] { try frame.write(to: folder.file(name)) }
    let error = try #require(throws: MediaError.self) { try openFrames(path: folder.path) }
    #expect(
      error.description
        == "\(folder.file("3.jpg")): is 176×96 YUV 4:4:4, \(folder.file("1.jpg")) is 176×96 YUV 4:2:0; make all images of the folder alike"
    )
    try FileManager.default.removeItem(atPath: folder.file("3.jpg"))
    #expect(try openFrames(path: folder.path).frameCount == 2)
    try TestPictures.frame(4, width: 160).write(to: folder.file("4.jpg"))
    let size = try #require(throws: MediaError.self) { try openFrames(path: folder.path) }
    #expect(size.description.contains("4.jpg: is 160×96, ") && size.description.contains("1.jpg is 176×96;"))
  }

  /// Opening a pipe waits until somebody writes: nothing here may do that.
  @Test(.timeLimit(.minutes(10))) func whatIsNoFileIsRefusedAtOnce() throws {
    let pipe = folder.file("pipe.mp4")
    try #require(mkfifo(pipe, 0o600) == 0)
    let message = "\(pipe): is a pipe; a file is wanted"
    #expect(try #require(throws: MediaError.self) { try openFrames(path: pipe) }.description == message)
    #expect(try #require(throws: MediaError.self) { try VideoFile(path: pipe) }.description == message)
    #expect(try #require(throws: MediaError.self) { try ImageFile(path: pipe) }.description == message)
    #expect(try #require(throws: MediaError.self) { try VideoFrame(imageAt: pipe) }.description == message)
    let images = folder.file("images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    try #require(mkfifo(images + "/1.png", 0o600) == 0)
    #expect(throws: MediaError.self) { try openFrames(path: images) }
    #expect(
      try #require(throws: MediaError.self) { try openFrames(path: "/dev/zero") }.description.contains("a device"))
    #expect(try #require(throws: MediaError.self) { try VideoFile(path: folder.path) }.description.contains("a folder"))
  }
}
