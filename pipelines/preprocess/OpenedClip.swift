internal import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceMedia
internal import SluiceShards

/// A clip whose frames have been counted and chosen.
public struct OpenedClip: Sendable {
  let frames: any FrameSource
  /// Display-order numbers of the frames to be stored, ascending; may repeat.
  let indices: [Int]
  /// Frames per second after choosing.
  let frameRate: Double?
  /// What is odd about the frames, complete once they have been decoded.
  let warnings: FrameWarnings

  /// Opens what stands at the clip's path and chooses its part, and its frames if a rate is wanted or only some.
  init(_ clip: ListedClip, frameRate wanted: Double?, limit: Int?) throws {
    // Whoever stores it compares the number of frames.
    var item = clip.item
    item.frameCount = nil
    warnings = FrameWarnings()
    frames = try item.openFrames(counting: warnings)
    let video = frames as? VideoFile
    let range = try frames.frames(of: clip.description.part)
    let all: [Int]
    let rate: Double?
    if let video, let wanted, !range.isEmpty {
      let begin = video.times[range.lowerBound]
      let end = video.times[range.upperBound - 1]
      var chosen: [Int] = []
      var time = begin
      while time <= end + 1e-9 {
        chosen.append(video.frameIndex(at: time))
        time = begin + Double(chosen.count) / wanted
      }
      all = chosen
      rate = wanted
    } else {
      all = Array(range)
      rate = frames.frameRate
    }
    if let limit, limit < all.count {
      indices = (0..<limit).map { all[limit == 1 ? all.count / 2 : $0 * (all.count - 1) / (limit - 1)] }
      // As many frames over the same time.
      frameRate = rate.map { limit == 1 ? $0 : $0 * Double(limit - 1) / Double(all.count - 1) }
    } else {
      indices = all
      frameRate = rate
    }
    guard !indices.isEmpty else {
      throw MediaError(.notVideo, path: clip.path, "has no frames in the part asked for")
    }
  }

  /// Calls `body` with the chosen frames in order, one at a time.
  func forEachFrame(_ body: (VideoFrame) throws -> Void) throws {
    guard let video = frames as? VideoFile else {
      for index in indices { try body(frames.frames(at: [index])[0]) }
      return
    }
    // The decoder's order is nearly that of display: few frames wait here for their turn. One that does not come is its
    // error.
    var waiting: [Int: VideoFrame] = [:]
    var next = 0
    try video.forEachFrame(at: indices) { index, frame in
      waiting[index] = frame
      while next < indices.count, let frame = waiting[indices[next]] {
        try body(frame)
        next += 1
        if next == indices.count || indices[next] != indices[next - 1] { waiting[indices[next - 1]] = nil }
      }
    }
  }
}

/// The head of the preprocessing pipeline: opens the clips of a list.
public struct ListedClips: Source {
  private let clips: [ListedClip]
  private let frameRate: Double?
  private let frameLimit: Int?

  /// - Parameters:
  ///   - frameRate: frames per second to keep; `nil` keeps all.
  ///   - frameLimit: the most frames of a clip, evenly spaced; `nil` keeps all.
  public init(_ clips: [ListedClip], frameRate: Double? = nil, frameLimit: Int? = nil) {
    self.clips = clips
    self.frameRate = frameRate
    self.frameLimit = frameLimit
  }

  public var count: Int { clips.count }

  public func name(of index: Int) -> String { clips[index].path }

  public func element(at index: Int, context: ElementContext) -> ClipAttempt<OpenedClip> {
    ClipAttempt(clips[index]) { try OpenedClip(clips[index], frameRate: frameRate, limit: frameLimit) }
  }
}
