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
    // A count beside a part is the part's own.
    if part == nil { warnings.compare(frames.frameCount, with: frameCount, of: path) }
    return frames
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
