public import SluiceFlow
public import SluiceMedia
public import SluiceShards

/// The frames of a clip, or the word that they are too many to be held at once.
public struct ClipFrames: Sendable {
  enum Content: Sendable {
    case frames([VideoFrame])
    /// Nothing was kept; a stage whose own output fits decodes them again, else the writer takes them one by one.
    case tooLarge
  }

  let opened: OpenedClip
  let content: Content
  /// Bytes of the frames as they were decoded.
  let byteCount: Int

  /// The most bytes of frames that one clip may hold between two stages.
  public static let byteLimit: Int = 128 << 20

  private struct TooLarge: Error {}

  /// Decodes a clip and passes each frame through `change`.
  init(_ opened: OpenedClip, _ change: (VideoFrame) throws -> VideoFrame) throws {
    self.opened = opened
    var kept: [VideoFrame] = []
    var bytes = 0
    do {
      try opened.forEachFrame { frame in
        let changed = try change(frame)
        guard FrameGeometry(changed).byteCount * opened.indices.count <= Self.byteLimit else { throw TooLarge() }
        bytes += FrameGeometry(frame).byteCount
        kept.append(changed)
      }
      content = .frames(kept)
    } catch is TooLarge {
      content = .tooLarge
    }
    byteCount = bytes
  }

  init(_ clip: ClipFrames, _ frames: [VideoFrame]) {
    opened = clip.opened
    byteCount = clip.byteCount
    content = .frames(frames)
  }
}

/// Decodes all chosen frames of a clip.
public struct DecodeFrames: Stage, ByteBounded {
  public init() {}

  public func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: ClipFrames.byteLimit) }

  public func callAsFunction(
    _ attempt: ClipAttempt<OpenedClip>, context: ElementContext
  ) -> ClipAttempt<ClipFrames> {
    attempt.then { try ClipFrames($0) { $0 } }
  }
}

/// Makes frames smaller, so that the shorter side has a given length.
public struct ScaleFrames: Transform, ByteBounded {
  private let shortSide: Int

  public init(shortSide: Int) {
    self.shortSide = shortSide
  }

  public func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: ClipFrames.byteLimit) }

  public func makeWorker() -> FrameScaler { FrameScaler(shortSide: shortSide) }

  public func callAsFunction(
    _ attempt: ClipAttempt<ClipFrames>, worker: inout FrameScaler, context: ElementContext
  ) -> ClipAttempt<ClipFrames> {
    let scaler = worker
    return attempt.then { clip in
      switch clip.content {
      case .frames(let frames): ClipFrames(clip, try frames.map(scaler.scaled))
      case .tooLarge: try ClipFrames(clip.opened, scaler.scaled)
      }
    }
  }
}

/// A clip ready to be written.
public struct CodedClip: Sendable {
  let clip: ClipFrames
  let geometry: FrameGeometry?
  let frames: [EncodedFrame]
}

/// Compresses every frame by itself.
public struct EncodeFrames: Transform, ByteBounded {
  private let settings: ShardSettings

  public init(_ settings: ShardSettings) {
    self.settings = settings
  }

  public func outputSize(of input: ElementSize) -> ElementSize { ElementSize(bytes: ClipFrames.byteLimit) }

  public func makeWorker() throws -> FrameEncoder { try FrameEncoder(settings) }

  public func callAsFunction(
    _ attempt: ClipAttempt<ClipFrames>, worker: inout FrameEncoder, context: ElementContext
  ) -> ClipAttempt<CodedClip> {
    let encoder = worker
    return attempt.then { clip in
      guard case .frames(let frames) = clip.content, let first = frames.first else {
        return CodedClip(clip: clip, geometry: nil, frames: [])
      }
      let geometry = FrameGeometry(first)
      for (number, frame) in frames.enumerated() { try geometry.check(FrameGeometry(frame), number: number) }
      return CodedClip(
        clip: ClipFrames(clip, []), geometry: geometry, frames: try frames.map(encoder.encode))
    }
  }
}

extension FrameGeometry {
  func check(_ other: FrameGeometry, number: Int) throws {
    guard other == self else {
      throw ShardError(.invalid, "frame \(number) is \(other), the clip began with \(self)")
    }
  }
}
