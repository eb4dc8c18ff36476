public import SluicePlatform

/// Whose element a stage is working on: the key of its randomness and its name in messages.
public struct ElementContext: Sendable {
  /// The run's seed.
  public let seed: UInt64
  /// How often the source's list has been gone through before; of a batch, that of its first sample.
  public let epoch: Int
  /// The sample's number in its source's list; of a batch, that of its first sample.
  public let sample: Int
  /// What messages call the sample: a path, a shard and a clip.
  public let identity: String
  /// The node's name in the graph.
  public let stage: String
  /// Inside a ``Step``: how many outputs the step has made before that of this element, over all runs that were resumed.
  public let step: Int?
  /// Inside a ``Step`` that makes one output of several elements: how many of them came before this one; else 0.
  ///
  /// Elements of all parts of a batch count as one.
  public let round: Int
  /// Epochs gone through before this element, with the fraction: 2.5 in the middle of the third one.
  ///
  /// Of a batch, that of its first sample; inside a ``Step`` with batches that are divided into parts, that of the step.
  public let epochProgress: Double
  /// How long the whole run is; what a schedule needs to know.
  public let length: RunLength
  /// How many samples are inside the element: 1 for a single one, the members of a batch, both sides of a pair.
  public let sampleCount: Int
  /// Which output of the expansions before this stage the element is, from 0; of a batch, that of its first element.
  ///
  /// Part of the key of randomness, so that each output of a sample is augmented in its own way.
  public let repetition: Int
  /// The part of a global batch that the element belongs to; 0 if batches are not divided.
  public let part: Int
  /// Where the element will probably stand in the batch behind; `nil` unless only stages are before the next `.batch`, and
  /// for an element that takes the place of one that failed.
  public let batchSlot: BatchSlot?
  /// The name under which the stage draws, if it is not its own.
  private let randomName: String?

  /// - Parameter randomName: the name under which the stage draws; by default its own.
  public init(
    seed: UInt64, epoch: Int, sample: Int, identity: String, stage: String, step: Int? = nil,
    round: Int = 0, epochProgress: Double? = nil, length: RunLength = RunLength(), sampleCount: Int = 1,
    repetition: Int = 0,
    part: Int = 0, batchSlot: BatchSlot? = nil, randomName: String? = nil
  ) {
    self.seed = seed
    self.epoch = epoch
    self.sample = sample
    self.identity = identity
    self.stage = stage
    self.step = step
    self.round = round
    self.epochProgress = epochProgress ?? Double(epoch)
    self.length = length
    self.sampleCount = sampleCount
    self.repetition = repetition
    self.part = part
    self.batchSlot = batchSlot
    self.randomName = randomName
  }

  /// A generator of this sample at this stage, or at those that draw under one name: equal for any number of workers.
  public func random() -> KeyedRandom {
    KeyedRandom(seed: seed, epoch: epoch, sample: sample, stage: randomName ?? stage, repetition: repetition)
  }
}
