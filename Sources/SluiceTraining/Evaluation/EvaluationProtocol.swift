/// How a network that compares videos with the names of classes is measured: what `--protocol` names.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released tests.
public enum EvaluationProtocol: String, Sendable, CaseIterable {
  /// Top-1 and top-5.
  case general
  /// Top-1, top-3 and mean average precision of one class a video.
  case activitynet
  /// Mean average precision of any number of classes a video.
  case charades
  /// Top-1 and top-5 on classes that were not trained on; besides by frames alone, on all classes and on halves of them.
  case zeroShot = "zero-shot"
  /// Top-1 on several lists with classes of their own: the mean over the lists and its deviation.
  case k600

  /// Whether a video may show several classes, or none.
  public var hasManyLabels: Bool { self == .charades }

  /// The metric that networks are compared by.
  public var primary: PrimaryMetric {
    switch self {
    case .general, .zeroShot, .k600: .highest("top1")
    case .activitynet, .charades: .highest("map")
    }
  }
}
