internal import Glibc

/// Opens whatever stands at `path`: a folder of images, an image or a video.
/// - Throws: ``MediaError`` that says why it cannot be used.
public func openFrames(path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) -> any FrameSource {
  var facts = stat()
  guard unsafe stat(path, &facts) == 0 else {
    throw MediaError(.cannotOpen, path: path, "cannot be opened: \(FileBytes.lastError())")
  }
  switch facts.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: return try FrameFolder(path: path, limits: limits)
  case S_IFIFO: throw MediaError(.cannotOpen, path: path, "is a pipe; a file is wanted")
  default: throw MediaError(.cannotOpen, path: path, "is a device or a socket; a file is wanted")
  }
  if try ImageFile.isImage(path: path) { return try ImageFile(path: path, limits: limits) }
  return try VideoFile(path: path, limits: limits)
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
