/// Frames that can be asked for by their index in display order: a video file, a shard's clip, a folder of images.
public protocol FrameSource: Sendable {
  /// What messages call it: a path, or a shard and a clip.
  var name: String { get }
  /// Frames in display order.
  var frameCount: Int { get }
  /// Frames per second on average, or `nil` where that has no meaning.
  var frameRate: Double? { get }

  /// Bytes it keeps in memory between requests, a decoder's own memory not counted.
  var retainedBytes: Int { get }

  /// The frames at `indices`, in that order; an index may come more than once.
  ///
  /// Blocks the calling thread while it decodes.
  /// - Throws: an error that names the frame if one of them cannot be had.
  func frames(at indices: [Int]) throws -> [VideoFrame]
}
