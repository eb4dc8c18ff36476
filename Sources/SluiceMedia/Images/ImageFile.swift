/// A single PNG or JPEG image, as a clip of one frame.
public struct ImageFile: FrameSource {
  public let name: String
  public let frameCount: Int = 1
  public let frameRate: Double? = nil
  private let limits: MediaLimits

  /// Looks at the beginning of the file at `path`; the image is decoded when it is asked for.
  public init(path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    guard try ImageFile.isImage(path: path) else {
      throw MediaError(.notVideo, path: path, "is no PNG or JPEG image")
    }
    name = path
    self.limits = limits
  }

  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    try check(indices)
    guard !indices.isEmpty else { return [] }
    let frame = try VideoFrame(imageAt: name, limits: limits)
    return indices.map { _ in frame }
  }

  static func isImage(path: String) throws(MediaError) -> Bool {
    ImageCodec(signature: try FileBytes.read(path, limit: 16)) != nil
  }
}
