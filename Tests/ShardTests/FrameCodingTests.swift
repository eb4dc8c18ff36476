import Foundation
import SluiceMedia
import SluiceShards
import Testing

@Suite struct FrameCodingTests {
  @Test(arguments: PixelLayout.allCases, Pictures.Kind.allCases)
  func everyLayoutComesBackBitForBit(layout: PixelLayout, kind: Pictures.Kind) throws {
    let encoder = try FrameEncoder(ShardSettings())
    let decoder = try FrameDecoder()
    for (width, height) in [(1, 1), (2, 2), (3, 5), (31, 7), (33, 17), (64, 64), (129, 66), (340, 256), (517, 3)] {
      let frame = Pictures.frame(kind, width: width, height: height, layout: layout)
      let stored = try encoder.encode(frame)
      let back = try decode(stored, like: frame, with: decoder)
      #expect(back.packed() == frame.packed(), "\(width)×\(height)")
      #expect(back.time == frame.time && back.color == frame.color)
    }
  }

  @Test(arguments: PixelLayout.allCases)
  func nearLosslessIsOffByOneAtMost(layout: PixelLayout) throws {
    let settings = ShardSettings(fidelity: .nearLossless)
    let encoder = try FrameEncoder(settings)
    let decoder = try FrameDecoder()
    for kind in Pictures.Kind.allCases {
      let frame = Pictures.frame(kind, width: 150, height: 90, layout: layout)
      let back = try decode(try encoder.encode(frame), like: frame, with: decoder, step: 3)
      #expect(zip(back.packed(), frame.packed()).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
  }

  @Test(arguments: [2, 3, 9]) func everyLevelIsLossless(level: Int) throws {
    let encoder = try FrameEncoder(ShardSettings(level: level))
    let frame = Pictures.frame(.natural, width: 340, height: 256, layout: .yuv420)
    #expect(try decode(try encoder.encode(frame), like: frame, with: FrameDecoder()).packed() == frame.packed())
  }

  @Test(arguments: ShardSettings.Filter.allCases, ShardSettings.Fidelity.allCases)
  func everyFilterComesBackAndIsNamedInTheChunk(filter: ShardSettings.Filter, fidelity: ShardSettings.Fidelity) throws {
    let encoder = try FrameEncoder(ShardSettings(fidelity: fidelity, filter: filter))
    let step = fidelity == .lossless ? 1 : 3
    for layout in PixelLayout.allCases {
      for kind in Pictures.Kind.allCases {
        let frame = Pictures.frame(kind, width: 243, height: 131, layout: layout)
        // What the decoder needs to know of the filter stands in the chunk.
        let back = try decode(try encoder.encode(frame), like: frame, with: FrameDecoder(), step: step)
        #expect(zip(back.packed(), frame.packed()).allSatisfy { abs(Int($0) - Int($1)) <= step / 2 })
      }
    }
  }

  @Test func setsThatNameNoFilterHaveTheGradient() throws {
    let old = Data(#"{"fidelity":"lossless","level":1,"shardSize":1073741824}"#.utf8)
    #expect(try JSONDecoder().decode(ShardSettings.self, from: old) == ShardSettings())
    let other = ShardSettings(filter: .up, shortSide: 256, frameRate: 5, frameLimit: 9)
    #expect(try JSONDecoder().decode(ShardSettings.self, from: JSONEncoder().encode(other)) == other)
  }

  @Test func theSameFrameGivesTheSameBytesWhateverCameBefore() throws {
    let encoder = try FrameEncoder(ShardSettings())
    let frame = Pictures.frame(.natural, width: 340, height: 256, layout: .yuv420)
    let first = try encoder.encode(frame).bytes
    for layout in PixelLayout.allCases {
      for kind in Pictures.Kind.allCases {
        _ = try encoder.encode(Pictures.frame(kind, width: 400, height: 300, layout: layout))
      }
    }
    #expect(try encoder.encode(frame).bytes == first)
    #expect(try FrameEncoder(ShardSettings()).encode(frame).bytes == first)
  }

  @Test func flatFramesTakeNextToNothing() throws {
    let encoder = try FrameEncoder(ShardSettings())
    let black = try encoder.encode(Pictures.frame(.black, width: 340, height: 256, layout: .yuv420))
    #expect(black.bytes.count < 200)
  }

  @Test func paddedRowsOfADecoderGiveTheSameBytes() throws {
    // A frame whose rows are 80 bytes apart though 50 are used.
    let plain = Pictures.frame(.natural, width: 50, height: 20, layout: .gray)
    let bytes = plain.packed()
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 80 * 20)
    memory.update(repeating: 99, count: 80 * 20)
    for row in 0..<20 { for x in 0..<50 { memory[80 * row + x] = bytes[50 * row + x] } }
    let storage = FrameStorage(planes: [FrameStorage.Plane(base: UnsafePointer(memory), bytesPerRow: 80)]) {
      memory.deallocate()
    }
    let padded = VideoFrame(
      width: 50, height: 20, layout: .gray, color: plain.color, time: plain.time, storage: storage)
    let encoder = try FrameEncoder(ShardSettings())
    #expect(try encoder.encode(padded).bytes == encoder.encode(plain).bytes)
  }

  @Test func settingsOutOfRangeAreNamed() {
    #expect(throws: ShardError.self) { try FrameEncoder(ShardSettings(level: 0)) }
    let error = #expect(throws: ShardError.self) { try ShardSettings(shortSide: 3).validate() }
    #expect(error?.description.contains("short side 3") == true)
    #expect(error?.code == .invalid)
  }
}

func decode(
  _ stored: EncodedFrame, like frame: VideoFrame, with decoder: FrameDecoder, step: Int = 1
) throws
  -> VideoFrame
{
  try stored.bytes.withUnsafeBufferPointer {
    try decoder.decode($0, geometry: FrameGeometry(frame), step: step, time: stored.time)
  }
}
