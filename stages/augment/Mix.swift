public import SluiceFlow
public import SluiceSamples
internal import SluiceTensor
internal import SluiceTraining

/// Mixes the clips of a batch in pairs, and what they show with them.
///
/// ```swift
/// SingleLabel(classCount: 400)
///   .batch(16)
/// Mix(Mixup(classCount: 400))
/// ```
/// What is drawn belongs to the batch's first sample. The 8-bit crops stay as they were.
public struct Mix: Stage, ByteBounded {
  /// How clips are mixed, and how often.
  public var mixup: Mixup

  /// Mixing as `mixup` says.
  public init(_ mixup: Mixup) {
    self.mixup = mixup
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("probability", \.mixup.probability, in: 0...1),
      Setting("switchProbability", \.mixup.switchProbability, in: 0...1),
      Setting("labelSmoothing", \.mixup.labelSmoothing, in: 0...1),
    ]
  }

  /// As large as the batch; labels do not count.
  public func outputSize(of input: ElementSize) -> ElementSize { input }

  /// - Returns: as many clips, each with the shares of the classes it shows now.
  /// - Throws: ``AugmentError`` if the batch is odd, a label is no class, or a clip has been mixed before; an error that
  ///   prints both shapes if clips differ in size.
  public func callAsFunction(_ batch: [LabelledClip], context: ElementContext) throws -> [LabelledClip] {
    guard let first = batch.first else { return [] }
    let labels = try batch.map { sample in
      guard case .label(let label) = sample.target else {
        throw AugmentError.setting("\(context.identity): a clip has been mixed before. Mix a batch once")
      }
      return label
    }
    let shape = first.clip.values.shape
    for sample in batch { try sample.clip.values.shape.check(is: shape, in: "mix") }
    var draws = context.random()
    let choice = mixup.choice(width: shape[-1], height: shape[-2], draws: &draws)
    let rows = batch.map { $0.clip.values.reshaped([1] + shape.dimensions) }
    let mixed = try mixup.clips(.concatenated(rows, axis: 0), choice)
    let targets = try mixup.targets(labels, choice).floats
    return batch.indices.map { index in
      let clip = batch[index].clip
      let shares = targets[index * mixup.classCount..<(index + 1) * mixup.classCount]
      return LabelledClip(
        clip: Clip(
          pixels: clip.pixels, values: mixed.slice(index..<index + 1, axis: 0).reshaped(shape), labels: clip.labels,
          captions: clip.captions),
        target: .shares(Array(shares)))
    }
  }
}
