import Foundation
import SluicePlatform
import SluiceShards
import TestSupport
import Testing

/// Sets that earlier versions wrote can be read for ever.
@Suite struct EarlierVersionTests {
  struct Clip: Decodable {
    let description: ClipDescription
    let width: Int
    let height: Int
    let frames: Int
    let sha256: String
  }

  static let folder: String = Golden.packageRoot.appendingPathComponent("Tests/Fixtures/shards").path

  @Test func aSetOfVersionOneHasItsClipsFrameForFrame() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/version-1.json"))
    let expected = try JSONDecoder().decode([Clip].self, from: data)
    let set = try ShardSet("\(Self.folder)/version-1")
    #expect(set.count == expected.count && set.shardCount == 2 && !expected.isEmpty)
    for (number, wanted) in expected.enumerated() {
      let clip = try set.clip(number)
      #expect(clip.info.description == wanted.description)
      #expect(clip.info.geometry.width == wanted.width && clip.info.geometry.height == wanted.height)
      #expect(clip.frameCount == wanted.frames)
      let frames = try clip.frames(at: Array(0..<clip.frameCount))
      #expect(SHA256.hexadecimal(of: frames.flatMap { $0.packed() }) == wanted.sha256, "clip \(number)")
    }
  }

  @Test func aSetOfVersionOneVerifies() throws {
    let found = try ShardVerification.check("\(Self.folder)/version-1")
    #expect(found.problems.isEmpty && found.shards == 2 && found.clips == 6)
  }
}
