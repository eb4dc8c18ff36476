import Foundation
import SluiceMedia
import TestSupport
import Testing

/// Files whose time stamps are not the times at which frames are shown.
@Suite(.enabled(if: FFmpegProgram.path != nil)) struct DisplayOrderTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private static let recipes: [Recipe] = Recipe.all.filter {
    ["plain.mp4", "pyramid.mp4", "open-groups.mp4", "interlaced.mp4", "hevc.mp4", "hevc-layers.mp4", "mpeg4-b2.mp4"]
      .contains($0.name)
  }

  @Test(arguments: recipes) func anMP4FileWithoutCompositionOffsetsHasTheDecodersOrder(recipe: Recipe) throws {
    let (whole, path) = (folder.file("whole.mp4"), folder.file("bare.mp4"))
    try TestPictures.write(whole, count: 40, encoding: recipe.encoding)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: whole)))
    let offsets = bytes.indices.dropLast(4).filter { bytes[$0..<$0 + 4].elementsEqual("ctts".utf8) }
    try #require(offsets.count == 1)
    bytes.replaceSubrange(offsets[0]..<offsets[0] + 4, with: "free".utf8)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try expectEveryFrame(path)
  }

  /// An elementary stream has no times; the container that it is copied to makes some up.
  @Test(arguments: ["mp4", "mkv", "mov", "flv", "ts"]) func aCopiedElementaryStreamHasTheDecodersOrder(
    ending: String
  ) throws {
    let (plain, path) = (folder.file("plain.h264"), folder.file("copy." + ending))
    try TestPictures.write(plain, count: 40, encoding: .h264(keyInterval: 12))
    try FFmpegProgram.call(["-i", plain, "-c", "copy", path])
    try expectEveryFrame(path)
  }

  /// Of packed DivX, unpacked and copied to MP4.
  @Test func unpackedFramesAreInTheOrderTheirKindsSay() throws {
    let (plain, packed) = (folder.file("plain.m4v"), folder.file("packed.avi"))
    try TestPictures.write(plain, count: 30, encoding: Recipe.other("mpeg4", reordered: 2, ["b": "2M"]))
    try PackedBitstream.rewrite(elementary: plain, to: packed, width: 176, height: 96)
    let (unpacked, path) = (folder.file("unpacked.avi"), folder.file("copy.mp4"))
    try FFmpegProgram.call(["-i", packed, "-bsf:v", "mpeg4_unpack_bframes", "-c", "copy", unpacked])
    try FFmpegProgram.call(["-i", unpacked, "-c", "copy", path])
    try expectEveryFrame(unpacked)
    try expectEveryFrame(path)
  }

  /// Cut anywhere, joined with itself, and copied: what a decoder makes of it is the truth.
  @Test(arguments: ["0.3", "0.5", "0.8"]) func packedFilesThatWereCutOrJoinedHaveTheDecodersOrder(from: String) throws {
    let (plain, packed) = (folder.file("plain.m4v"), folder.file("packed.avi"))
    try TestPictures.write(plain, count: 36, encoding: Recipe.other("mpeg4", reordered: 2, ["b": "2M"]))
    try PackedBitstream.rewrite(elementary: plain, to: packed, width: 176, height: 96)
    let cut = folder.file("cut.avi")
    try FFmpegProgram.call(["-ss", from, "-i", packed, "-c", "copy", cut])
    try expectEveryFrame(cut)
    let joined = folder.file("joined.avi")
    try #require(StreamCopy.write([.init(path: cut), .init(path: packed)], to: joined))
    try expectEveryFrame(joined)
  }

  @Test func theDefaultStreamIsTakenAndAnotherByItsNumber() throws {
    let (small, large, path) = (folder.file("small.mp4"), folder.file("large.mp4"), folder.file("two.mkv"))
    try TestPictures.write(small, count: 5, width: 160, height: 64)
    try TestPictures.write(large, count: 12)
    try FFmpegProgram.call([
      "-i", small, "-i", large, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "0", "-disposition:v:1",
      "default", path,
    ])
    let file = try VideoFile(path: path)
    #expect(file.frameCount == 12 && file.width == 176 && file.streamNumber == 1)
    try expectEveryFrame(path)
    let other = try VideoFile(path: path, stream: 0)
    #expect(other.frameCount == 5 && other.width == 160)
    let error = try #require(throws: MediaError.self) { try VideoFile(path: path, stream: 2) }
    #expect(error.description == "\(path): has no video stream 2; there are 2, 0 to 1")
    let count = ["frames", path, "--count"]
    #expect(try SluiceProgram.run(count).output == "12\n")
    #expect(try SluiceProgram.run(count + ["--stream", "0"]).output == "5\n")
    let missing = try SluiceProgram.run(count + ["--stream", "2"])
    #expect(missing.status == 1 && missing.messages.contains("has no video stream 2"), "\(missing.messages)")
  }
}
