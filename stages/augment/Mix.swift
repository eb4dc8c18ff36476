public import SluiceFlow
public import SluiceSamples
internal import SluiceTensor

/// Mixes the clips of a batch in pairs, and what they show with them.
///
/// ```swift
/// SingleLabel(classCount: 400)
///   .batch(16)
/// Collate()
/// Mix(Mixup(classCount: 400))
/// ```
/// What is drawn belongs to the batch's first sample.
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

  /// - Returns: as many clips, with the shares of the classes they show now.
  /// - Throws: ``AugmentError`` if the batch is odd, a label is no class, or clips have been mixed before.
  public func callAsFunction(_ batch: LabeledBatch, context: ElementContext) throws -> LabeledBatch {
    guard batch.shares == nil else {
      throw AugmentError.setting("\(context.identity): the batch has been mixed before. Mix a batch once")
    }
    let shape = batch.clips.shape
    var draws = context.random()
    let choice = mixup.choice(width: shape[-1], height: shape[-2], draws: &draws)
    let shares = try mixup.targets(batch.labels, choice)
    return LabeledBatch(clips: try mixup.clips(batch.clips, choice), labels: Mix.largest(shares), shares: shares)
  }

  /// The class with the largest share in each row; the first of equal ones.
  private static func largest(_ shares: Tensor) -> [Int] {
    let (values, width) = (shares.floats, shares.shape[1])
    return (0..<shares.shape[0]).map { row in
      let own = values[row * width..<(row + 1) * width]
      return own.indices.max { (own[$0], -$0) < (own[$1], -$1) }.map { $0 - row * width } ?? 0
    }
  }
}
