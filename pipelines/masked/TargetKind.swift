/// What a masked model can predict.
public enum TargetKind: String, Sendable, CaseIterable {
  /// Histograms of oriented gradients.
  case hog
  /// The pixels themselves, each token brought to mean 0 and deviation 1.
  case pixels
  /// The visual tokens that `--tokenizer` gives each frame.
  case tokens
}
