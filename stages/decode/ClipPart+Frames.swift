public import SluiceDatasets
public import SluiceMedia

extension FrameSource {
  /// The frames that a part of the source has: the one place where seconds become frames.
  ///
  /// A part by seconds begins with the frame that is shown at its begin and ends with the one that is shown at its end,
  /// or with the last one. A part by frame numbers ends with the last one too, unless the source shows its first frame in
  /// place of those that it has not.
  ///
  /// - Parameter part: all frames if `nil`.
  /// - Throws: ``MediaError`` if the part begins behind the end, or has seconds where the source has no times.
  public func frames(of part: ClipPart?) throws(MediaError) -> Range<Int> {
    switch part {
    case nil: return 0..<frameCount
    case .frames(let range) where self is any FirstFrameSubstituting && range.upperBound != .max: return range
    case .frames(let range):
      guard range.lowerBound < frameCount else {
        throw MediaError(
          .noSuchFrame, path: name, frame: range.lowerBound,
          "the part begins with frame \(range.lowerBound), there are \(frameCount). Correct the list")
      }
      return range.lowerBound..<min(range.upperBound, frameCount)
    case .seconds(let range):
      guard let video = self as? VideoFile else {
        throw MediaError(
          .unsupported, path: name,
          "has no times, but the list asks for \(range.lowerBound) s to \(range.upperBound) s of it")
      }
      guard range.lowerBound < video.seconds else {
        throw MediaError(
          .noSuchFrame, path: name,
          "the part begins at \(range.lowerBound) s, the video ends at \(video.seconds) s. Correct the list")
      }
      let first = video.frameIndex(at: range.lowerBound)
      return first..<min(video.frameIndex(at: range.upperBound) + 1, frameCount)
    }
  }
}

extension VideoFile {
  /// From the first frame to the end of the last, seconds.
  var seconds: Double { (times.last ?? 0) + 1 / (frameRate ?? 25) }
}

extension MediaFacts {
  /// What shows of a video when it is opened; `nil` if it cannot be.
  ///
  /// ```swift
  /// let list = try DatasetList(contentsOf: "train.txt", probe: MediaFacts.init(opening:))
  /// ```
  public init?(opening path: String) {
    guard let video = try? openFrames(path: path) as? VideoFile else { return nil }
    self.init(frameCount: video.frameCount, seconds: video.seconds)
  }
}
