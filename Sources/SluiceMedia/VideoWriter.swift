/// How frames become a video file.
public struct VideoEncoding: Sendable, Hashable {
  /// How much the encoder searches, x264's preset: the slower, the smaller the file.
  public enum Speed: String, Sendable, CaseIterable {
    case veryfast
    case fast
    case medium
    case slow
  }

  /// Frames per second; the unit of times.
  public var framesPerSecond: Int
  /// Quality from 0 (no loss) over 23 (usual) to 51, x264's constant rate factor.
  public var quality: Int
  /// Frames from one key frame to the next, at most.
  public var keyInterval: Int
  /// B-frames in a row, at most.
  public var reorderedFrames: Int
  // For files of every kind that the reader is tested with: FFmpeg's name of the encoder, its options, the container's.
  package var encoder: String = "libx264"
  package var options: [String: String] = ["preset": "fast"]
  package var containerOptions: [String: String] = [:]
  package var displayMatrix: [Int32] = []

  /// H.264.
  public static func h264(
    framesPerSecond: Int = 25, quality: Int = 23, keyInterval: Int = 250, reorderedFrames: Int = 3,
    speed: Speed = .fast
  ) -> VideoEncoding {
    VideoEncoding(
      framesPerSecond: framesPerSecond, quality: quality, keyInterval: keyInterval, reorderedFrames: reorderedFrames,
      options: ["preset": speed.rawValue])
  }
}

/// Writes frames into a video file, H.264 in the container that the path's ending names.
///
/// One thread and no dates: equal frames give equal files with equal libraries.
public final class VideoWriter {
  private let path: String
  private let width: Int
  private let height: Int
  private let layout: PixelLayout
  private let encoder: Encoder
  private let muxer: Muxer
  private var count = 0
  private var isFinished = false

  /// Creates the file at `path` for frames like `frame`; RGB frames are stored as 4:2:0.
  /// - Throws: ``MediaError`` if the file cannot be written or the encoder refuses the frames.
  public init(path: String, like frame: VideoFrame, encoding: VideoEncoding = .h264()) throws(MediaError) {
    self.path = path
    (width, height) = (frame.width, frame.height)
    layout = frame.layout == .rgb ? .yuv420 : frame.layout
    muxer = try Muxer(path: path)
    encoder = try Encoder(
      encoding, like: frame.converted(to: layout), wantsGlobalHeader: muxer.wantsGlobalHeader, path: path)
    try muxer.open(for: encoder, options: encoding.containerOptions, displayMatrix: encoding.displayMatrix)
  }

  /// Appends a frame, shown after the one before; `time` in frames overrides that for variable rates.
  /// - Throws: ``MediaError`` if it has another size than the first, comes after ``finish()``, or cannot be written.
  public func append(_ frame: VideoFrame, at time: Int? = nil) throws(MediaError) {
    guard !isFinished else {
      throw MediaError(.cannotEncode, path: path, frame: count, "is finished; a frame came after finish()")
    }
    guard frame.width == width, frame.height == height else {
      throw MediaError(
        .cannotEncode, path: path, frame: count,
        "frame \(count) is \(frame.width)×\(frame.height), the file has \(width)×\(height); all frames must be alike")
    }
    let frame = try frame.converted(to: layout)
    try encoder.encode(frame, time: Int64(time ?? count)) { (packet: borrowing Packet) throws(MediaError) in
      try muxer.write(packet)
    }
    count += 1
  }

  /// Writes what is left and closes the file; without this call the file stays incomplete.
  /// - Throws: ``MediaError`` if it cannot be written.
  public func finish() throws(MediaError) {
    guard !isFinished else { return }
    try encoder.finish { (packet: borrowing Packet) throws(MediaError) in try muxer.write(packet) }
    try muxer.finish()
    isFinished = true
  }
}
