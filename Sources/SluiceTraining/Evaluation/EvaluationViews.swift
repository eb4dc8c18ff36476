/// What is read of each sample to evaluate it: windows in time, crops in space.
///
/// ```swift
/// EvaluationViews()                       // the middle of the sample, the middle of the frame
/// EvaluationViews(windows: 10, crops: .three)   // thirty views, whose logits are averaged before any softmax
/// ```
/// Where clips are normalized by their own statistics, these are of all windows of a sample together.
public struct EvaluationViews: Sendable, Equatable {
  /// The parts of a frame that are read.
  public enum Crops: String, Sendable, CaseIterable {
    /// The middle of a frame whose short side is 8/7 of the crop, resized bicubically.
    case center
    /// Left, right and middle of a frame resized bilinearly.
    case three
  }

  /// Windows of one sample, spread evenly.
  public var windows: Int
  public var crops: Crops

  public init(windows: Int = 1, crops: Crops = .center) {
    self.windows = windows
    self.crops = crops
  }

  /// Views of one sample.
  public var count: Int { windows * (crops == .three ? 3 : 1) }
}
