public import SluiceNN
public import SluiceSample
public import SluiceTraining

/// How the authors of a recipe measured its results: which views of a sample are read, and how they are averaged.
///
/// `--views published` asks for it; the recipe that a run was trained with decides.
public struct PublishedTest: Sendable, Equatable {
  /// Along which side three crops lie.
  public enum Crops: Sendable {
    /// Along the width, as VideoTransformer-pytorch has them.
    case acrossWidth
    /// Along the longer side, whichever that is, as VideoMAE has them.
    case alongLongSide
  }

  /// Windows in time; one where frames are spread over the whole video.
  public var windows: Int
  /// What of the views is averaged.
  public var average: ViewAverage.Rule
  /// Where windows lie.
  public var window: DenseFrames.Window = .center
  /// How the frames of a window are spaced; as in training if `nil`.
  public var spacing: DenseFrames.Spacing?
  /// Whether the frame's short side becomes that of the crop itself; the recipe's if not.
  public var isTight: Bool = false
  /// Where the three crops lie, unless the recipe itself takes them along the longer side.
  public var crops: Crops = .acrossWidth

  /// Left, right and middle of one window, logits averaged.
  /// - Source: VideoTransformer-pytorch, `ThreeCrop`.
  public static let videoTransformer: PublishedTest = PublishedTest(windows: 1, average: .score)

  /// Five windows from the first frame to the last one, three crops each, probabilities averaged.
  /// - Source: VideoMAE, `final_test`.
  public static let videoMAE: PublishedTest = {
    var test = PublishedTest(windows: 5, average: .probability)
    (test.window, test.spacing, test.isTight, test.crops) = (.spread, .strided, true, .alongLongSide)
    return test
  }()

  /// Four windows, each in the middle of its part, three crops each, probabilities averaged.
  /// - Source: BEVT, the test of Kinetics-400.
  public static let bevt: PublishedTest = {
    var test = PublishedTest(windows: 4, average: .probability)
    (test.isTight, test.crops) = (true, .alongLongSide)
    return test
  }()

  /// The same with one window.
  /// - Source: BEVT, the test of Something-Something V2.
  public static let bevtOfWholeVideos: PublishedTest = {
    var test = bevt
    test.windows = 1
    return test
  }()

  /// So many windows, taken as between epochs, with three crops across the width.
  public init(windows: Int, average: ViewAverage.Rule) {
    (self.windows, self.average) = (windows, average)
  }

  /// The views that are read of a sample.
  public var views: EvaluationViews {
    EvaluationViews(windows: windows, crops: .three, average: average, geometry: .published)
  }
}
