import Foundation
import SluiceMedia
import SluicePlatform
import TestSupport
import Testing

@Suite(.serialized) struct FuzzTests {
  private static let seeds: [Recipe] = Recipe.all.filter {
    [
      "pyramid.mp4", "open-groups.ts", "no-b.mkv", "hevc.mp4", "vp9-hidden.webm", "mpeg4-b2.avi", "plain.flv",
      "mpeg2.mpg", "elementary.h264", "fragments.mp4",
    ]
    .contains($0.name)
  }

  /// Whatever a file holds: frames or one sentence, with bounded work.
  @Test(arguments: seeds) func damagedFilesEndInFramesOrASentence(recipe: Recipe) throws {
    let folder = try ScratchFolder()
    let path = folder.file(recipe.name)
    do {
      try TestPictures.write(path, count: 24, encoding: recipe.encoding, width: 160, height: 32)
    } catch let error as MediaError where error.code == .unsupported {
      print("media: \(recipe.name) cannot be made here: \(error)")
      return
    }
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let target = folder.file("mutant-" + recipe.name)
    let limits = MediaLimits(pixels: 1 << 20, seconds: 10)
    var (sound, refused) = (0, 0)
    let count = isLongTier ? 10_000 : 25
    for number in 0..<count {
      var random = KeyedRandom(seed: 11, epoch: 0, sample: number, stage: recipe.name)
      let bytes = FuzzTests.mutant(of: whole, &random)
      try Data(bytes).write(to: URL(fileURLWithPath: target))
      // Files are read and decoded on the thread that asks.
      let ((), seconds) = try processorSeconds {
        do {
          let file = try VideoFile(path: target, limits: limits)
          let last = file.frameCount - 1
          _ = try file.frames(at: [0, last / 2, last, random.integer(in: 0...last)])
          sound += 1
        } catch let error as MediaError {
          refused += 1
          #expect(!error.description.contains("\n") && error.path == target)
        }
      }
      #expect(seconds < 25, "\(recipe.name) mutant \(number) took \(seconds) s")
    }
    #expect(sound + refused == count)
    print("fuzz: \(recipe.name): \(count) mutations, \(sound) gave frames, \(refused) a sentence")
  }

  @Test(arguments: ["a.png", "a.jpg"]) func damagedPicturesEndInAPictureOrASentence(name: String) throws {
    let folder = try ScratchFolder()
    let path = folder.file(name)
    try TestPictures.frame(3, width: 64, height: 32).write(to: path)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for number in 0..<(isLongTier ? 1000 : 100) {
      var random = KeyedRandom(seed: 12, epoch: 0, sample: number, stage: name)
      try Data(FuzzTests.mutant(of: whole, &random)).write(to: URL(fileURLWithPath: path))
      do {
        let frame = try VideoFrame(imageAt: path, limits: MediaLimits(pixels: 1 << 20))
        #expect(frame.width > 0 && frame.height > 0)
      } catch {
        #expect(error.path == path)
      }
    }
  }

  /// Truncation, flipped bits, overwritten, removed, repeated or swapped stretches.
  private static func mutant(of whole: [UInt8], _ random: inout KeyedRandom) -> [UInt8] {
    var bytes = whole
    for _ in 0..<random.integer(in: 1...3) {
      guard bytes.count > 8 else { break }
      let place = random.integer(in: 0...bytes.count - 1)
      let length = min(random.integer(in: 1...64), bytes.count - place)
      switch random.integer(in: 0...6) {
      case 0: bytes.removeLast(random.integer(in: 1...bytes.count - 1))
      case 1:
        for _ in 0..<length { bytes[random.integer(in: 0...bytes.count - 1)] ^= 1 << UInt8(random.integer(in: 0...7)) }
      case 2: for offset in 0..<length { bytes[place + offset] = UInt8(random.integer(in: 0...255)) }
      case 3: bytes.removeSubrange(place..<place + length)
      case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: random.integer(in: 0...bytes.count - 1))
      case 5: for offset in 0..<length { bytes[place + offset] = 0xFF }
      default:
        // Headers matter most.
        for _ in 0..<4 { bytes[random.integer(in: 0...min(bytes.count, 600) - 1)] = UInt8(random.integer(in: 0...255)) }
      }
    }
    return bytes
  }
}
