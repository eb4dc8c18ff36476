internal import SluicePlatform

/// Opens whatever stands at `path`: a folder of images, an image or a video.
///
/// - Parameter toleratesFaults: whether a video is opened that has a ``VideoFile/fault``. Whatever trains, stores or checks
///   data does not, so that all of these agree about every file.
/// - Throws: ``MediaError`` that says why it cannot be used.
public func openFrames(
  path: String, limits: MediaLimits = MediaLimits(), toleratesFaults: Bool = false
) throws(MediaError) -> any FrameSource {
  if FileKind(at: path) == .folder { return try FrameFolder(path: path, limits: limits) }
  if let header = try ImageFile.header(path: path, limits: limits) {
    if !header.image.isMoving { return try ImageFile(path: path, limits: limits) }
    if header.codec == .webp { return try AnimatedWebP(path: path, limits: limits) }
  }
  let video = try VideoFile(path: path, limits: limits)
  if let fault = video.fault, !toleratesFaults { throw fault }
  return video
}

extension FrameSource {
  public var retainedBytes: Int { 0 }

  /// Checks that every frame at `indices` exists.
  /// - Throws: ``MediaError`` that names the first one which does not.
  public func check(_ indices: [Int]) throws(MediaError) {
    if let wrong = indices.first(where: { !(0..<frameCount).contains($0) }) {
      throw MediaError(
        .noSuchFrame, path: name, frame: wrong,
        "frame \(wrong) asked, the stream has \(frameCount): 0…\(frameCount - 1). Ask for fewer frames or a smaller stride."
      )
    }
  }
}
