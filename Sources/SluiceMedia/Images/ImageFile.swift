/// A single PNG, JPEG, WebP or BMP image, as a clip of one frame.
public struct ImageFile: FrameSource {
  public let name: String
  public let frameCount: Int = 1
  public let frameRate: Double? = nil
  private let limits: MediaLimits

  /// Looks at the file at `path`; the image is decoded when it is asked for.
  /// - Throws: ``MediaError`` if it is no image, or too large.
  public init(path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    guard let header = try ImageFile.header(path: path, limits: limits), !header.image.isMoving else {
      throw MediaError(.notVideo, path: path, "is no single PNG, JPEG, WebP or BMP image")
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

  /// What a file says that begins like an image, all of it; `nil` if it is something else.
  static func header(
    path: String, limits: MediaLimits
  ) throws(MediaError) -> (codec: ImageCodec, image: ImageHeader)? {
    guard let codec = ImageCodec(signature: try FileBytes.read(path, limit: 16)) else { return nil }
    let bytes = try FileBytes.read(path, limit: FileBytes.imageLimit)
    guard let header = ImageHeader(codec, bytes.span) else {
      throw MediaError(.cannotDecode, path: path, "the image cannot be decoded: its header is damaged or cut off")
    }
    try header.check(limits, path: path)
    return (codec, header)
  }
}
