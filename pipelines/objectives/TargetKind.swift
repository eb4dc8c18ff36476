/// What `--target` can name.
enum TargetKind: String, CaseIterable {
  /// Histograms of oriented gradients.
  case hog
  /// The pixels themselves, each token brought to mean 0 and deviation 1.
  case pixels
}
