/// A clip and the class it shows, or the shares of several classes.
public struct LabelledClip: Sendable {
  /// What a clip shows.
  public enum Target: Sendable, Equatable {
    /// One class.
    case label(Int)
    /// The share of each class; they sum to 1.
    case shares([Float])

    /// The class with the largest share; the first of equal ones.
    public var label: Int {
      switch self {
      case .label(let label): return label
      case .shares(let shares):
        let largest = shares.max() ?? 0
        return shares.firstIndex(of: largest) ?? 0
      }
    }
  }

  public let clip: Clip
  public let target: Target

  public init(clip: Clip, target: Target) {
    self.clip = clip
    self.target = target
  }
}
