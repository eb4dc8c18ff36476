/// How large a demo is.
public struct DemoSettings: Sendable, Codable, Equatable {
  /// Videos to learn from; only a few of them are used with their labels.
  public var trainCount = 1280
  /// Videos to evaluate on.
  public var valCount = 400
  /// Labeled videos of each class.
  public var labelsPerClass = 5
  /// Steps of pre-training without labels.
  public var pretrainSteps = 1000
  /// Steps of each training with labels.
  public var tuneSteps = 150
  /// Clips of a step.
  public var batchSize = 16
  /// How often labeled videos are drawn anew; accuracies are means over these.
  public var draws = 5
  /// The key of all randomness.
  public var seed: UInt64 = 0

  /// What `sluice demo` does unless it is told otherwise: some minutes on two cores.
  public init() {}

  /// So little that everything runs within seconds and nothing is learned.
  public static let quick: DemoSettings = {
    var quick = DemoSettings()
    (quick.trainCount, quick.valCount, quick.labelsPerClass) = (32, 16, 2)
    (quick.pretrainSteps, quick.tuneSteps, quick.batchSize, quick.draws) = (6, 3, 4, 1)
    return quick
  }()
}

/// The kinds of training that the demo compares.
public enum DemoKind: String, Sendable, Codable, CaseIterable {
  /// The network that was pre-trained without labels.
  case pretrained
  /// The same network, labels and steps, from random weights.
  case scratch
  /// From random weights on one frame repeated: what can be learned without motion.
  case still

  /// What tables call it.
  public var title: String {
    switch self {
    case .pretrained: "pre-trained by MaskFeat, then fine-tuned"
    case .scratch: "fine-tuned from scratch"
    case .still: "one repeated frame, from scratch"
    }
  }
}
