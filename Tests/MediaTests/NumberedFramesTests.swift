import Foundation
import SluiceMedia
import SluicePlatform
import Testing

/// Folders of images that are named after the numbers of their frames.
@Suite struct NumberedFramesTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private static let naming = NumberedFrames.Naming {
    "img_\($0.padded(to: 5)).png"
  } number: { name in
    guard name.hasPrefix("img_"), name.hasSuffix(".png"), name.count == 13 else { return nil }
    return Int(name.dropFirst(4).dropLast(4))
  }

  /// What a folder told while its frames were read.
  private final class Told: Sendable {
    let problems = Lock<[MediaError]>([])
    var reasons: [String] { problems.withLock { $0.map(\.description) } }
    var frames: [Int?] { problems.withLock { $0.map(\.frame) } }
  }

  private func open(_ told: Told = Told()) throws -> NumberedFrames {
    try NumberedFrames(path: folder.path, naming: Self.naming) { problem in
      told.problems.withLock { $0.append(problem) }
    }
  }

  private func write(_ numbers: [Int]) throws {
    for number in numbers { try TestPictures.frame(number).write(to: folder.file(Self.name(number))) }
  }

  private static func name(_ number: Int) -> String { "img_\(number.padded(to: 5)).png" }

  @Test func framesAreTheImagesOfTheirNumbers() throws {
    try write([1, 2, 3, 4, 10])
    try Data("notes".utf8).write(to: URL(fileURLWithPath: folder.file("notes.txt")))
    try TestPictures.frame(50).write(to: folder.file("flow_00001.png"))
    let told = Told()
    let source = try open(told)
    // As many as there are images, whatever their numbers.
    #expect(source.frameCount == 5 && source.frameRate == nil && source.name == folder.path)
    #expect(try source.frames(at: [3, 0, 2, 3]).map(TestPictures.number) == [4, 1, 3, 4])
    #expect(told.reasons.isEmpty)
    #expect(try source.frames(at: [9]).map(TestPictures.number) == [10])
    #expect(try source.frames(at: []).isEmpty)
  }

  @Test func aMissingOrDamagedFrameIsShownAsTheFirstAndTold() throws {
    try write([1, 2, 4])
    let told = Told()
    #expect(try open(told).frames(at: [0, 1, 2]).map(TestPictures.number) == [1, 2, 1])
    #expect(told.frames == [2])
    #expect(
      told.reasons[0].hasPrefix("\(folder.path)/\(Self.name(3)): cannot be read: No such file"), "\(told.reasons)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(Self.name(2))))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder.file(Self.name(2))))
    #expect(try open(told).frames(at: [1, 3]).map(TestPictures.number) == [1, 4])
    #expect(told.frames == [2, 1] && told.reasons[1].contains("\(Self.name(2)): the image cannot be decoded"))
    // Far behind the end there is nothing, and that is told as well.
    #expect(try open(told).frames(at: [1000]).map(TestPictures.number) == [1])
    #expect(told.frames == [2, 1, 1000])
  }

  @Test func withoutItsFirstFrameAFolderIsNoClip() throws {
    func sentence() -> String {
      do {
        _ = try open().frames(at: [1])
        return "opened"
      } catch { return "\(error)" }
    }
    #expect(
      sentence()
        == "\(folder.path): is a folder without images that are named like “img_00001.png”; it is empty. Say with "
        + "--image-template how they are named")
    try TestPictures.frame(1).write(to: folder.file("image_1.png"))
    #expect(sentence().contains("; it has 1 other file. Say with"))
    try write([0, 2])
    #expect(
      sentence()
        == "\(folder.path): has 2 images and not the first, “img_00001.png”, which stands in for those that are missing; "
        + "frames are numbered from 1")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.file(Self.name(1))))
    // It has no image of its own to show for another one.
    try FileManager.default.removeItem(atPath: folder.file(Self.name(2)))
    #expect(sentence().contains("\(Self.name(1)): is no PNG, JPEG, WebP or BMP image"))
    let missing = try #require(throws: MediaError.self) {
      try NumberedFrames(path: folder.file("none"), naming: Self.naming)
    }
    #expect(missing.description == "\(folder.file("none")): cannot be opened: No such file or directory")
  }

  @Test func framesOfAnotherSizeAreRefused() throws {
    try write([1, 2])
    try TestPictures.frame(3, width: 32, height: 16).write(to: folder.file(Self.name(3)))
    let error = try #require(throws: MediaError.self) { try open().frames(at: [0, 2]) }
    #expect(error.path == folder.file(Self.name(3)) && error.frame == 2)
    #expect(error.reason.hasPrefix("is 32×16 rgb, \(folder.file(Self.name(1))) is "))
    #expect(error.reason.hasSuffix("; make all images of the folder alike"))
    let negative = try #require(throws: MediaError.self) { try open().frames(at: [-1]) }
    #expect(negative.reason == "frame -1 asked; frames begin at 0")
  }
}
