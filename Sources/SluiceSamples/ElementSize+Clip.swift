public import SluiceFlow

/// What the stages between a source and a batch tell each other of a clip's size.
extension ElementSize {
  /// Frames of a clip.
  public var frameCount: Int? {
    get { self["frames"] }
    set { self["frames"] = newValue }
  }

  /// Bytes of one decoded frame.
  public var frameBytes: Int? {
    get { self["frame bytes"] }
    set { self["frame bytes"] = newValue }
  }

  /// Pixels of one augmented frame.
  public var pixelCount: Int? {
    get { self["pixels"] }
    set { self["pixels"] = newValue }
  }

  /// The size with `added` bytes more for each frame; unknown where something is not known.
  public func adding(bytesPerFrame added: Int?) -> ElementSize {
    var size = self
    size.bytes = bytes.flatMap { bytes in
      frameCount.flatMap { frames in added.map { bytes + frames * $0 } }
    }
    return size
  }
}
