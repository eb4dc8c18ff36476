internal import SluicePlatform

/// What `--target` can name.
enum TargetKind: String, CaseIterable {
  /// Histograms of oriented gradients.
  case hog
  /// The pixels themselves, each token brought to mean 0 and deviation 1.
  case pixels

  /// The kind called `name`, ``hog`` if there is no name.
  /// - Throws: ``RunError`` that names the nearest.
  static func named(_ name: String?) throws(RunError) -> TargetKind {
    guard let name else { return .hog }
    if let kind = TargetKind(rawValue: name) { return kind }
    let names = allCases.map(\.rawValue)
    let hint = nearestName(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
    throw RunError(
      .configuration, "--target \(name): there is no such target.\(hint) There are: \(names.joined(separator: ", ")).")
  }
}
