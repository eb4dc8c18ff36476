import Foundation
import SluiceMedia
import Testing

@Suite(.enabled(if: FFmpegProgram.path != nil)) struct GeometryTests {
  /// The eight display matrices of quarter turns and mirrorings, and one that is none of them.
  static let matrices: [[Int32]] = [
    [1, 0, 0, 1], [0, 1, -1, 0], [-1, 0, 0, -1], [0, -1, 1, 0], [-1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0],
    [0, -1, -1, 0],
  ].map { [$0[0] << 16, $0[1] << 16, 0, $0[2] << 16, $0[3] << 16, 0, 0, 0, 1 << 30] }

  @Test(arguments: matrices, [PixelLayout.yuv420, .yuv444, .gray])
  func framesAreTurnedAsFFmpegTurnsThem(matrix: [Int32], layout: PixelLayout) throws {
    let folder = try ScratchFolder()
    let path = folder.file("turned.mp4")
    var encoding = VideoEncoding.h264()
    encoding.displayMatrix = matrix
    try TestPictures.write(path, count: 4, encoding: encoding, width: 178, height: 94, layout: layout)
    try expectExact(path, requests: 2)
    let file = try VideoFile(path: path)
    let frame = try #require(try file.frames(at: [1]).first)
    #expect(frame.width == file.width && frame.height == file.height)
    #expect(frame.width == (matrix[0] == 0 ? 94 : 178))
  }

  @Test(arguments: [
    ("ten.mkv", "yuv420p10le", "libx265"), ("ten-wide.mkv", "yuv422p10le", "ffv1"),
    ("twelve.mkv", "yuv444p12le", "ffv1"),
    ("deep-gray.mkv", "gray16le", "ffv1"),
  ])
  func deepSamplesAreRoundedToEightBits(name: String, format: String, encoder: String) throws {
    let folder = try ScratchFolder()
    let path = folder.file(name)
    try FFmpegProgram.call(
      [
        "-f", "lavfi", "-i", "testsrc2=s=96x64:d=0.4", "-pix_fmt", format, "-c:v", encoder, "-x265-params",
        "log-level=none", path,
      ])
    let reference = try FFmpegProgram.pictures(of: path)
    let file = try VideoFile(path: path)
    let depth = format.contains("16") ? 16 : format.contains("12") ? 12 : 10
    let frames = try file.frames(at: Array(0..<file.frameCount))
    var place = reference.startIndex
    for frame in frames {
      for sample in frame.packed() {
        let word = Int(reference[place]) | Int(reference[place + 1]) << 8
        let expected = min(255, (word + 1 << (depth - 9)) >> (depth - 8))
        if Int(sample) != expected {
          Issue.record("\(word) became \(sample), wanted \(expected)")
          return
        }
        place += 2
      }
    }
    #expect(place == reference.endIndex)
  }

  @Test(arguments: [
    "rgb24", "bgr24", "gbrp", "rgba", "pal8", "yuv411p", "yuv440p", "yuva420p", "nv12", "uyvy422", "gray", "monob",
  ])
  func otherFormatsBecomeTheNearestLayout(format: String) throws {
    let folder = try ScratchFolder()
    let path = folder.file("odd.nut")
    try FFmpegProgram.call(
      ["-f", "lavfi", "-i", "testsrc2=s=96x64:d=0.2", "-pix_fmt", format, "-c:v", "rawvideo", path])
    let file = try VideoFile(path: path)
    let frame = try #require(try file.frames(at: [2]).first)
    #expect(frame.width == 96 && frame.height == 64)
    let lossless: [String: String] = [
      "bgr24": "rgb24", "gbrp": "rgb24", "rgb24": "rgb24", "gray": "gray", "nv12": "yuv420p", "yuva420p": "yuv420p",
      "uyvy422": "yuv422p",
    ]
    if let same = lossless[format] {
      let reference = try FFmpegProgram.pictures(of: path, arguments: ["-pix_fmt", same])
      #expect(frame.equals(frame: 2, of: reference))
    }
  }

  @Test func colourTagsAreRead() throws {
    let folder = try ScratchFolder()
    for (space, range, expected) in [
      ("bt709", "tv", ColorDescription(matrix: .bt709)), ("smpte170m", "pc", ColorDescription(range: .full)),
      ("bt2020nc", "tv", ColorDescription(matrix: .bt2020)),
    ] {
      let path = folder.file("\(space).mp4")
      try FFmpegProgram.call([
        "-f", "lavfi", "-i", "testsrc2=s=96x64:d=0.2", "-pix_fmt", "yuv420p", "-colorspace", space, "-color_range",
        range,
        "-c:v", "libx264", path,
      ])
      let frame = try #require(try VideoFile(path: path).frames(at: [0]).first)
      #expect(frame.color == expected)
    }
    let path = folder.file("plain.mp4")
    try FFmpegProgram.call([
      "-f", "lavfi", "-i", "testsrc2=s=96x64:d=0.2", "-pix_fmt", "yuv420p", "-c:v", "libx264", path,
    ])
    #expect(try VideoFile(path: path).frames(at: [0])[0].color == ColorDescription())
  }
}
