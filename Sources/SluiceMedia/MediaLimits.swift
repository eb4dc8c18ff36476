/// How much a file may ask for: files come from strangers.
public struct MediaLimits: Sendable, Hashable {
  /// Pixels of a picture, width times height.
  public var pixels: Int
  /// Pictures of a file.
  public var frames: Int
  /// Bytes of compressed pictures an open file keeps in memory; a larger file is read again when frames are asked for.
  public var retainedBytes: Int
  /// Seconds that opening a file, or the way to the next wanted picture, may take.
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
