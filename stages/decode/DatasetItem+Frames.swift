public import SluiceDatasets
public import SluiceMedia
internal import SluicePlatform

extension DatasetItem {
  /// Opens what stands at the item's path, a folder of images by the names that they have; nothing is decoded.
  /// - Parameter warnings: counts what is odd about it.
  /// - Throws: ``MediaError`` if it is no readable video, image or folder of images.
  public func openFrames(counting warnings: FrameWarnings) throws(MediaError) -> any FrameSource {
    let frames: any FrameSource
    if let imageTemplate, FileKind(at: path) == .folder {
      frames = try NumberedFrames(path: path, naming: imageTemplate.naming(in: path)) { problem in
        warnings.add(substitution: problem)
      }
    } else {
      frames = try SluiceMedia.openFrames(path: path)
    }
    try checkRate(of: frames)
    // A count beside a part is the part's own.
    if part == nil { warnings.compare(frames.frameCount, with: frameCount, of: path) }
    return frames
  }
}

extension DatasetItem {
  /// Checks that a part by numbers of frames was made of times at the rate that the frames have, where both are known.
  /// - Throws: ``MediaError`` with both.
  func checkRate(of frames: any FrameSource) throws(MediaError) {
    guard part != nil, let partRate, let own = frames.frameRate, abs(own - partRate) > 0.01 * partRate else { return }
    throw MediaError(
      .unsupported, path: frames.name,
      "has \(own) frames a second, and the times of the list are counted at \(partRate). Say with --list-fps at which rate, or "
        + "preprocess whole videos with --fps \(partRate)")
  }
}

extension ImageTemplate {
  /// How the images of a folder are named.
  func naming(in folder: String) -> NumberedFrames.Naming {
    NumberedFrames.Naming {
      name(of: $0, in: folder)
    } number: {
      number(of: $0, in: folder)
    }
  }
}
