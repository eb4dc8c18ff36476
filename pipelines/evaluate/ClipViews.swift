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
  /// Its number in the source's list.
  let sample: Int
  let name: String
  let label: Int?
  /// All classes that it shows, whether or not one is wanted.
  let labels: [Int]
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
    return ClipViews(
      sample: context.sample, name: context.identity, label: label, labels: crops.first?.labels ?? [],
      views: views(of: crops, context.batchSlot))
  }

  /// The windows of all crops; where the batch is known, in the memory that its samples share.
  private func views(of crops: [Clip], _ slot: BatchSlot?) -> [Tensor] {
    let shape = crops.first?.values.shape
    guard let shape, crops.count * windows > 1 else { return crops.map(\.values) }
    let frames = shape[1] / windows
    guard crops.allSatisfy({ $0.values.shape == shape }) else {
      return crops.flatMap { crop in
        (0..<windows).map { crop.values.slice($0 * frames..<($0 + 1) * frames, axis: 1) }
      }
    }
    let view = shape.replacing(1, by: frames)
    let whole = Shape([crops.count * windows] + view.dimensions)
    let views = slot?.tensor(uninitialized: whole) ?? Tensor(uninitialized: whole)
    for (number, crop) in crops.enumerated() {
      for window in 0..<windows {
        crop.values.copySlice(
          window * frames..<(window + 1) * frames, axis: 1, to: views.element(number * windows + window))
      }
    }
    return (0..<crops.count * windows).map(views.element)
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

/// A classifier of several views of a sample: their logits are averaged before any softmax, or their probabilities.
struct ViewClassifier: TrainingModel {
  let classifier: VideoClassifier
  let average: ViewAverage.Rule

  var parameters: ParameterStore { classifier.parameters }

  /// - Returns: logits, `[B, classCount]`.
  func callAsFunction(_ batch: ViewBatch, _ pass: ForwardPass) throws -> Tensor {
    let logits = try classifier.logits(of: batch.views, pass)
    return switch average {
    case .score: logits.meanOverViews(batch.viewCount)
    case .probability: logits.meanProbabilityOverViews(batch.viewCount)
    }
  }
}
