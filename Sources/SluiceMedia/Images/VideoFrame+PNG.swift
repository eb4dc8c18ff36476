extension VideoFrame {
  /// The image as the bytes of a PNG file, in RGB or gray.
  /// - Throws: ``MediaError`` if there is no encoder.
  public func png() throws(MediaError) -> [UInt8] {
    try ImageCodec.png.encode(self, quality: 1, path: "image.png")
  }
}
