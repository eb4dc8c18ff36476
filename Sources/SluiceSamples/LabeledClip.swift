/// A clip and the class it shows.
public struct LabeledClip: Sendable {
  public let clip: Clip
  /// The class's number.
  public let label: Int

  public init(clip: Clip, label: Int) {
    self.clip = clip
    self.label = label
  }
}
