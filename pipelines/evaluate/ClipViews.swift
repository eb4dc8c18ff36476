internal import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceNN
internal import SluiceSamples
public import SluiceTensor
internal import SluiceTraining

/// What is looked at of each sample to judge it: windows in time, crops in space.
///
/// ```swift
/// EvaluationViews()                       // the middle of the sample, the middle of the picture
/// EvaluationViews(windows: 10, crops: .three)   // thirty views, whose logits are averaged before any softmax
/// ```
/// Where clips are normalised by their own statistics, these are of all windows of a sample together.
public struct EvaluationViews: Sendable, Equatable {
  /// The parts of a picture that are looked at.
  public enum Crops: String, Sendable, CaseIterable {
    /// The middle of a picture whose short side is 8/7 of the crop, resized bicubically.
    case center
    /// Left, right and middle of a picture resized bilinearly.
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

/// The views of one sample, and the class it shows.
public struct ClipViews: Sendable {
  /// What messages call the sample.
  public let name: String
  /// The class; `nil` where nobody knows.
  public let label: Int?
  /// `[3, T, H, W]` each, normalised.
  public let views: [Tensor]
}

/// Takes the crops of several windows apart.
struct SplitViews: Stage {
  let windows: Int
  /// Classes that a label may be of; `nil`: labels do not matter.
  let classCount: Int?

  /// - Throws: ``LabelError`` unless the sample has exactly one label, and that is a class.
  func callAsFunction(_ crops: [Clip], context: ElementContext) throws -> ClipViews {
    var label: Int?
    if let classCount, let clip = crops.first {
      label = try SingleLabel(classCount: classCount)(clip, context: context).target.label
    }
    let views = crops.flatMap { crop in
      let frames = crop.values.shape[1] / windows
      return (0..<windows).map { crop.values.slice($0 * frames..<($0 + 1) * frames, axis: 1) }
    }
    return ClipViews(name: context.identity, label: label, views: views)
  }
}

/// A classifier that looks at several views of a sample: their logits are averaged before any softmax.
struct ViewClassifier: TrainingModel {
  let classifier: VideoClassifier

  var parameters: ParameterStore { classifier.parameters }

  /// - Returns: `[B, classCount]`.
  func prediction(for batch: [ClipViews], _ pass: ForwardPass) throws -> Tensor {
    let views = batch.first?.views.count ?? 1
    return try classifier.logits(of: .stacked(batch.flatMap(\.views)), pass).meanOverViews(views)
  }
}
