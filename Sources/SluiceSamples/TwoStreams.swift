/// What belongs to a stream of clips and a stream of images that are trained together; either may be missing.
public struct TwoStreams<Value: Sendable>: Sendable {
  public let clips: Value?
  public let images: Value?

  /// - Precondition: one of them is there.
  public init(clips: Value?, images: Value?) {
    precondition(clips != nil || images != nil, "two streams of which none is there")
    self.clips = clips
    self.images = images
  }
}
