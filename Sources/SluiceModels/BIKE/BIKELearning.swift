public import SluiceNN

/// What of a ``CLIP`` and of the head beside it learns, and at which rates.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `train.py` and `utils/solver.py`.
public enum BIKELearning {
  /// Two groups, both with weight decay on every parameter: the head at the run's rate, CLIP at a share of it.
  /// - Parameter ratio: CLIP's rate over the head's.
  public static func groups(clipRatio ratio: Double) -> GroupRules {
    GroupRules([
      GroupRule([.prefix(VideoHead.name + "."), .prefix(SentenceHead.name + ".")], name: "head"),
      GroupRule(.all, name: "clip", rate: ratio),
    ])
  }

  /// Whether a parameter stays as it is: that of the text tower where texts are frozen, that of the vision tower where
  /// videos are.
  ///
  /// The learned scale always trains, and so does a head.
  public static func isFrozen(_ name: String, freezesText: Bool, freezesVideo: Bool) -> Bool {
    guard !isHead(name), !name.contains("logit_scale") else { return false }
    return name.contains("visual") ? freezesVideo : freezesText
  }

  private static func isHead(_ name: String) -> Bool {
    name.hasPrefix(VideoHead.name + ".") || name.hasPrefix(SentenceHead.name + ".")
  }
}
