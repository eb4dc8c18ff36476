import Foundation
import SluiceMedia
import Testing

/// Parameter sets that change inside a stream: frames are decoded with those that are in force where they are.
@Suite(.enabled(if: FFmpegProgram.path != nil)) struct HeaderChangeTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  /// Two encodings of the same frames whose parameter sets have the same numbers and other content.
  private static let pairs: [String: [VideoEncoding]] = [
    "h264": ["cabac=1:qp=30:bframes=0:keyint=12", "cabac=0:qp=38:bframes=0:keyint=12"].map { Recipe.x264($0) },
    "hevc": ["qp=20:sao=0", "qp=36:sao=1:cbqpoffs=8:crqpoffs=-8:signhide=0"].map {
      Recipe.other(
        "libx265",
        ["preset": "superfast", "x265-params": "log-level=none:pools=none:frame-threads=1:keyint=12:bframes=0:" + $0])
    },
  ]

  private func parts(_ codec: String, _ ending: String) throws -> [String] {
    try #require(Self.pairs[codec]).enumerated().map { number, encoding in
      let path = folder.file("\(number).\(ending)")
      try TestPictures.write(path, count: 30, encoding: encoding)
      return path
    }
  }

  @Test(arguments: ["h264", "hevc"]) func aTrackMayHaveTwoSampleDescriptions(codec: String) throws {
    let parts = try parts(codec, "mp4")
    let path = folder.file("two.mp4")
    try TwoDescriptions.join(parts[0], parts[1], to: path)
    #expect(try VideoFile(path: path).frameCount == 60)
    try expectEveryFrame(path)
    // Read again instead of kept.
    let large = try VideoFile(path: path, limits: MediaLimits(retainedBytes: 1000))
    for wanted in [[55], [3], [40], [29, 30], [12]] {
      #expect(try large.frames(at: wanted).map(TestPictures.number) == wanted.map { $0 % 30 })
    }
  }

  @Test(arguments: ["h264", "hevc"]) func anElementaryStreamMaySayItsHeadersOnceForEachPart(codec: String) throws {
    var whole = Data()
    for part in try parts(codec, codec) {
      whole += Self.withHeadersOnce(try Data(contentsOf: URL(fileURLWithPath: part)), codec)
    }
    let path = folder.file("once." + codec)
    try whole.write(to: URL(fileURLWithPath: path))
    #expect(try VideoFile(path: path).frameCount == 60)
    try expectEveryFrame(path)
  }

  @Test(arguments: ["h264", "hevc"], ["ts", "mkv", "avi"]) func joinedPartsMayHaveOtherHeaders(
    codec: String, ending: String
  ) throws {
    let parts = try parts(codec, codec)
    var whole = Data()
    for part in parts { whole += try Data(contentsOf: URL(fileURLWithPath: part)) }
    let plain = folder.file("plain." + codec)
    try whole.write(to: URL(fileURLWithPath: plain))
    let path = folder.file("joined." + ending)
    guard StreamCopy.write([.init(path: plain)], to: path) else { return }
    try expectEveryFrame(path)
  }

  /// An Annex B stream with its parameter sets at the beginning only.
  private static func withHeadersOnce(_ stream: Data, _ codec: String) -> Data {
    var units: [Data] = []
    var start: Int?
    var offset = stream.startIndex
    while offset + 3 <= stream.endIndex {
      if stream[offset] == 0, stream[offset + 1] == 0, stream[offset + 2] == 1 {
        if let start { units.append(stream[start..<offset]) }
        start = offset + 3
        offset += 3
      } else {
        offset += 1
      }
    }
    if let start { units.append(stream[start...]) }
    var seen: Set<UInt8> = []
    return units.reduce(into: Data()) { result, unit in
      let type = codec == "h264" ? unit.first! & 31 : unit.first! >> 1 & 63
      let isHeader = codec == "h264" ? [7, 8].contains(type) : [32, 33, 34].contains(type)
      if isHeader, !seen.insert(type).inserted { return }
      result += [0, 0, 1] + unit
    }
  }
}
