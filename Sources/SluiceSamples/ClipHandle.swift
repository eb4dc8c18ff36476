public import SluiceMedia

/// A sample before anything of it is decoded: where its frames are, and what is known about it.
public struct ClipHandle: Sendable {
  /// What the frames are asked of.
  public let frames: any FrameSource
  /// The part of `frames` that is this sample; its ends are display-order numbers.
  public let range: Range<Int>
  /// Class numbers; one for ordinary classification, several for multi-label lists, none without labels.
  public let labels: [Int]
  /// Sentences that describe the sample.
  public let captions: [String]
  /// The stored view that is to be seen of it; `nil` where views are drawn anew.
  public private(set) var view: ClipView?

  /// - Parameter range: the whole of `frames` unless given.
  public init(frames: any FrameSource, range: Range<Int>? = nil, labels: [Int] = [], captions: [String] = []) {
    self.frames = frames
    self.range = range ?? 0..<frames.frameCount
    self.labels = labels
    self.captions = captions
  }

  /// The sample, to be seen as a stored view has it.
  public func seen(as view: ClipView) -> ClipHandle {
    var handle = self
    handle.view = view
    return handle
  }

  /// Frames of the sample.
  public var frameCount: Int { range.count }
}

/// Which frames of a sample are wanted, in order; none is decoded yet.
public struct FrameSelection: Sendable {
  public let handle: ClipHandle
  /// Numbers from the sample's first frame, `0 ..< handle.frameCount`.
  public let indices: [Int]

  public init(handle: ClipHandle, indices: [Int]) {
    self.handle = handle
    self.indices = indices
  }
}

/// The wanted frames of a sample, as the decoder gave them.
public struct DecodedClip: Sendable {
  public let handle: ClipHandle
  public let frames: [VideoFrame]

  public init(handle: ClipHandle, frames: [VideoFrame]) {
    self.handle = handle
    self.frames = frames
  }
}
