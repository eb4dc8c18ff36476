public import SluiceFlow
internal import SluicePlatform

/// What a demo found out; `summary.json`.
public struct DemoSummary: Sendable, Codable, Equatable {
  /// A training with labels and how it was evaluated.
  public struct Run: Sendable, Codable, Equatable {
    public let kind: DemoKind
    /// Which draw of labeled videos it learned from.
    public let draw: Int
    /// The share of videos recognized, 0…1.
    public let top1: Double
    /// The same for each class, in the order of their numbers.
    public let recalls: [Double]
  }

  public let settings: DemoSettings
  /// The accuracy of guessing.
  public let chance: Double
  /// The names of the classes in the order of their numbers.
  public let classes: [String]
  public var runs: [Run]
  /// What each stage did while pre-training.
  public var stages: RunMetrics?
  /// Seconds of each phase of the session in which it ended, by name.
  public var seconds: [String: Double]

  /// The accuracies of one kind, a value for each draw.
  public func accuracies(of kind: DemoKind) -> [Double] { runs.filter { $0.kind == kind }.map(\.top1) }

  /// Their mean; `nil` without any.
  public func mean(of kind: DemoKind) -> Double? { Self.mean(accuracies(of: kind)) }

  /// Their standard deviation; 0 of a single one.
  public func deviation(of kind: DemoKind) -> Double {
    let values = accuracies(of: kind)
    guard values.count > 1, let mean = Self.mean(values) else { return 0 }
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// The mean recall of a class over the draws.
  public func recall(of kind: DemoKind, class number: Int) -> Double? {
    Self.mean(runs.filter { $0.kind == kind }.map { $0.recalls[number] })
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// What was found, in words and figures.
  public var sentence: String {
    guard let pretrained = mean(of: .pretrained), let scratch = mean(of: .scratch), let still = mean(of: .still) else {
      return "Not finished."
    }
    let gain = Self.points(pretrained - scratch)
    let verdict =
      gain > 0
      ? "pre-training without labels is worth \(gain) points"
      : "pre-training did not help this time, by \(gain.magnitude) points"
    let isMotion = abs(still - chance) <= 0.05 && pretrained >= 2 * chance
    return
      "With \(settings.labelsPerClass) labeled videos of each class \(verdict): \(pretrained.percentText) against "
      + "\(scratch.percentText) from scratch at equal steps. One repeated frame gives \(still.percentText), chance is "
      + "\(chance.percentText)" + (isMotion ? ": what was learned is motion." : ".")
  }

  // Rounded as the report rounds percentages, so that table and sentence agree.
  private static func points(_ share: Double) -> Double { (share * 100 * 10).rounded() / 10 }
}
