internal import SluicePlatform

/// A video file whose frames can be asked for by their index in display order, exactly.
///
/// Frame `i` is the `i`-th frame of `ffmpeg -threads 1 -i FILE -map 0:v:0 -vsync passthrough -f rawvideo`, turned as its
/// display matrix says. Opening reads the file through once; where its packets and time stamps prove the order, nothing is
/// decoded, else all of it is, once.
///
/// Safe to share between threads; requests are served one after the other by a single-threaded decoder.
public final class VideoFile: FrameSource {
  public let name: String
  public let frameCount: Int
  public let frameRate: Double?
  /// Width and height of the first frames as the container states them, turned for display, pixels; 0 where it does not.
  public let width: Int
  public let height: Int
  /// Presentation times in display order, seconds from the first frame.
  public let times: [Double]
  /// The index and, of a small file, the compressed frames.
  public let retainedBytes: Int
  /// The number of the stream among those of video, as in FFmpeg's `0:v:N`.
  public let streamNumber: Int
  /// Why the file as a whole is not sound though the frames it has can be had: its end is missing, or its frames change
  /// their size or form.
  public let fault: MediaError?
  private let session: Lock<VideoSession>

  /// Opens and indexes the file at `path`.
  ///
  /// - Parameters:
  ///   - stream: the number of the stream among those of video, from 0; if `nil`, the one that the container calls its
  ///     default, or the first.
  ///   - limits: how much the file may ask for.
  /// - Throws: ``MediaError`` if it is no video or exceeds the limits.
  public init(path: String, stream: Int? = nil, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    let session = try VideoSession(path: path, stream: stream, limits: limits)
    streamNumber = session.reader.streamNumber
    name = path
    frameCount = session.index.display.count
    times = session.times
    frameRate = session.frameRate
    (width, height) = session.size
    retainedBytes = session.reader.retainedBytes
    fault = session.fault
    self.session = Lock(session)
  }

  /// The frames at `indices`, in that order; an index may come more than once.
  ///
  /// Decodes from the nearest key frame, leaves out what no wanted frame needs, and converts nothing.
  /// - Throws: ``MediaError`` that names the frame which does not exist or cannot be decoded.
  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    var decoded: [Int: VideoFrame] = [:]
    try forEachFrame(at: indices) { decoded[$0] = $1 }
    return indices.compactMap { decoded[$0] }
  }

  /// Calls `body` with each frame at `indices` as it leaves the decoder: nearly in display order, each one once.
  ///
  /// Holds no frame itself, so a whole file can be gone through.
  /// - Throws: ``MediaError``, or what `body` throws.
  public func forEachFrame(at indices: some Sequence<Int>, _ body: (Int, VideoFrame) throws -> Void) throws {
    let wanted = Array(indices)
    try check(wanted)
    try session.withLock { session in
      try session.forEachFrame(wanted, body)
    }
  }

  /// The frame shown `seconds` after the first one: the last that begins no later.
  public func frameIndex(at seconds: Double) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds + 1e-9 { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }
}
