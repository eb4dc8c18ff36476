/// How much a file may ask for: files are not trusted.
public struct MediaLimits: Sendable, Hashable {
  /// Pixels of a frame, width times height.
  public var pixels: Int
  /// Frames of a file.
  public var frames: Int
  /// Bytes of compressed frames an open file keeps in memory; a larger file is read again when frames are asked for.
  public var retainedBytes: Int
  /// Seconds that opening a file, or the way to the next wanted frame, may take.
  public var seconds: Double

  /// Limits that no sound training video meets.
  public init(
    pixels: Int = 1 << 26, frames: Int = 4_000_000, retainedBytes: Int = 32 << 20, seconds: Double = 300
  ) {
    self.pixels = pixels
    self.frames = frames
    self.retainedBytes = retainedBytes
    self.seconds = seconds
  }
}
