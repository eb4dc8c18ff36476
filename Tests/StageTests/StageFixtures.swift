import SluiceFlow
import SluiceMedia
import SluiceSamples
import SluiceTensor

/// A source of which only name and length matter.
struct NamedFrames: FrameSource {
  var name = "clips/example.mp4"
  var frameCount = 0
  var frameRate: Double?

  func frames(at indices: [Int]) throws -> [VideoFrame] { [] }
}

extension ElementContext {
  /// Sample `number` of the first epoch.
  static func sample(_ number: Int, stage: String = "stage") -> ElementContext {
    ElementContext(seed: 0, epoch: 0, sample: number, identity: "sample \(number)", stage: stage)
  }
}

extension Clip {
  /// A clip of black pictures.
  static func blank(frames: Int = 16, height: Int = 224, width: Int = 224) -> Clip {
    Clip(
      pixels: PixelClip(
        frameCount: frames, height: height, width: width,
        bytes: [UInt8](repeating: 0, count: frames * height * width * 3)),
      values: .zeros([3, frames, height, width]))
  }
}

/// `[T, 3, H, W]` to `[T, H, W, 3]`.
func interleaved(_ bytes: [UInt8], area: Int) -> [UInt8] {
  let frames = bytes.count / (3 * area)
  var result = [UInt8](repeating: 0, count: bytes.count)
  for frame in 0..<frames {
    for color in 0..<3 {
      for pixel in 0..<area {
        result[(frame * area + pixel) * 3 + color] = bytes[(frame * 3 + color) * area + pixel]
      }
    }
  }
  return result
}

/// `[T, H, W, 3]` to `[T, 3, H, W]`.
func planar(_ bytes: [UInt8], area: Int) -> [UInt8] {
  let frames = bytes.count / (3 * area)
  var result = [UInt8](repeating: 0, count: bytes.count)
  for frame in 0..<frames {
    for color in 0..<3 {
      for pixel in 0..<area {
        result[(frame * 3 + color) * area + pixel] = bytes[(frame * area + pixel) * 3 + color]
      }
    }
  }
  return result
}

/// RGB frames of `[T, 3, H, W]` bytes.
func decodedClip(_ bytes: [UInt8], height: Int, width: Int) -> DecodedClip {
  let size = 3 * height * width
  let frames = (0..<bytes.count / size).map { index in
    VideoFrame(
      width: width, height: height, layout: .rgb,
      packed: interleaved(Array(bytes[index * size..<(index + 1) * size]), area: height * width))
  }
  return DecodedClip(handle: ClipHandle(frames: NamedFrames(frameCount: frames.count)), frames: frames)
}

/// Bytes without pattern, the same on every machine.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}
