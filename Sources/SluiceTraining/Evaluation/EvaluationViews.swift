public import SluiceNN

/// What is read of each sample to evaluate it: windows in time, crops in space; and how that is averaged.
///
/// ```swift
/// EvaluationViews()                       // the middle of the sample, the middle of the frame
/// EvaluationViews(windows: 10, crops: .three)   // thirty views, whose logits are averaged
/// ```
/// Where clips are normalized by their own statistics, these are of all windows of a sample together.
public struct EvaluationViews: Sendable, Equatable {
  /// The parts of a frame that are read.
  public enum Crops: String, Sendable, CaseIterable {
    /// The middle of a frame whose short side is 8/7 of the crop, resized bicubically.
    case center
    /// Left, right and middle of a frame resized bilinearly.
    case three
    /// The corners and the middle of a frame resized like that.
    case five
    /// The same, each followed by its mirror image.
    case ten

    /// Crops of each frame.
    public var count: Int {
      switch self {
      case .center: 1
      case .three: 3
      case .five: 5
      case .ten: 10
      }
    }
  }

  /// How windows and crops are taken.
  public enum Geometry: String, Sendable, CaseIterable {
    /// As between epochs: frames are spaced and resized as the recipe does it.
    case asTrained
    /// As the results of the recipe's authors were measured.
    case published
  }

  /// Windows of one sample, spread evenly.
  public var windows: Int
  public var crops: Crops
  /// What of the views is averaged.
  public var average: ViewAverage.Rule
  /// How windows and crops are taken.
  public var geometry: Geometry

  public init(
    windows: Int = 1, crops: Crops = .center, average: ViewAverage.Rule = .score, geometry: Geometry = .asTrained
  ) {
    self.windows = windows
    self.crops = crops
    self.average = average
    self.geometry = geometry
  }

  /// Views of one sample.
  public var count: Int { windows * crops.count }
}
