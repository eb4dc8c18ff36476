public import SluiceFlow
public import SluiceSamples

/// Decodes exactly the chosen frames, from whatever is behind the handle: a video file, a shard, a folder of images.
///
/// One decoder belongs to each sample, so workers share nothing; give as many as there are cores to spare.
public struct Decode: Stage, ByteBounded {
  public init() {}

  /// Frames that a decoder may keep for others to refer to, in H.264 and HEVC: 16 and the one it works on.
  private static let referenceCount: Int = 17

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input.adding(bytesPerFrame: input.frameBytes)
    size.bytes = size.bytes.flatMap { bytes in input.frameBytes.map { bytes + Self.referenceCount * $0 } }
    return size
  }

  /// - Throws: what the sample's ``FrameSource`` throws; it names the frame that cannot be had.
  public func callAsFunction(_ selection: FrameSelection, context: ElementContext) throws -> DecodedClip {
    let handle = selection.handle
    let indices = selection.indices.map { handle.range.lowerBound + $0 }
    return DecodedClip(handle: handle, frames: try handle.frames.frames(at: indices))
  }
}
