internal import SluiceFlow
internal import SluiceForward
internal import SluiceLoss
internal import SluiceNN
internal import SluiceSamples
public import SluiceTensor
internal import SluiceTraining

/// The views of several samples side by side.
public struct ViewBatch: Sendable {
  /// `[B · viewCount, 3, T, H, W]`, normalized; the views of one sample follow each other.
  public let views: Tensor
  /// Views of each sample.
  public let viewCount: Int
  /// The class of each sample; `nil` where nobody knows.
  public let labels: [Int?]
  /// What messages call the samples.
  public let names: [String]
}

/// The views of one sample, and the class it shows.
struct ClipViews: Sendable {
  let name: String
  let label: Int?
  /// `[3, T, H, W]` each, normalized.
  let views: [Tensor]
}

/// Separates the windows of crops.
struct SplitViews: Stage {
  let windows: Int
  /// Classes that a label may be of; `nil`: labels do not matter.
  let classCount: Int?

  /// - Throws: ``LabelError`` unless the sample has exactly one label, and that is a class.
  func callAsFunction(_ crops: [Clip], context: ElementContext) throws -> ClipViews {
    var label: Int?
    if let classCount, let clip = crops.first {
      label = try SingleLabel(classCount: classCount)(clip, context: context).label
    }
    let views = crops.flatMap { crop in
      let frames = crop.values.shape[1] / windows
      return (0..<windows).map { crop.values.slice($0 * frames..<($0 + 1) * frames, axis: 1) }
    }
    return ClipViews(name: context.identity, label: label, views: views)
  }
}

extension Collate where Sample == ClipViews, Batch == ViewBatch {
  /// The views of a batch in one buffer.
  init(viewCount: Int) {
    self.init { samples, _ in
      ViewBatch(
        views: try .stacked(samples.flatMap(\.views)), viewCount: viewCount, labels: samples.map(\.label),
        names: samples.map(\.name))
    }
  }
}

/// A classifier of several views of a sample: their logits are averaged before any softmax.
struct ViewClassifier: TrainingModel {
  let classifier: VideoClassifier

  var parameters: ParameterStore { classifier.parameters }

  /// - Returns: logits, `[B, classCount]`.
  func callAsFunction(_ batch: ViewBatch, _ pass: ForwardPass) throws -> Tensor {
    try classifier.logits(of: batch.views, pass).meanOverViews(batch.viewCount)
  }
}
