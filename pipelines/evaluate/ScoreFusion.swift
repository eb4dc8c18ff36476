internal import SluiceCheckpoints
internal import SluiceNN
internal import SluicePlatform
public import SluiceTraining

/// The weighted mean of the probabilities of two networks that saw the same samples: BIKE's two branches.
///
/// ```swift
/// let fusion = try ScoreFusion(video, sentences, names: ("video", "attributes"))
/// print(fusion.text)   // fused: top-1 81.47 top-5 95.81 (…)
/// ```
/// Scores before a softmax become probabilities first.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; its released `fusion_acc`, with the weight 0.7.
public struct ScoreFusion: Sendable {
  /// The weighted means, with samples and classes of the first.
  public let scores: SampleScores
  /// What differs between both though they can be averaged, one sentence each.
  public let notes: [String]
  private let weight: Double
  private let names: [String]
  private let accuracies: [TopAccuracy]
  private let counts: ClassificationCounts

  /// - Parameters:
  ///   - first: of the video branch.
  ///   - second: of the attributes branch.
  ///   - weight: that of the first; the second has the rest.
  ///   - names: what messages call them.
  /// - Throws: ``RunError`` with the first difference, unless both are of the same classes and of samples with equal labels in
  ///   the same order.
  public init(
    _ first: SampleScores, _ second: SampleScores, weight: Double = 0.7, names: (String, String)
  ) throws(RunError) {
    try ScoreFusion.check(first, second, names)
    self.weight = weight
    self.names = [names.0, names.1]
    let (rows, others) = (first.shares, second.shares)
    let fused = zip(rows, others).map { $0.mixed(with: $1, weight: weight) }
    accuracies = [fused, rows, others].map { rows in
      TopAccuracy(ranks: zip(rows, first.labels).map { $0.rank(of: $1) })
    }
    let known = first.hasNames ? first : second
    var counts = ClassificationCounts(classCount: known.classes.count)
    for (shares, label) in zip(fused, first.labels) { counts.add(shares, label: label) }
    self.counts = counts
    var scores = SampleScores(.probability, classes: known.classes)
    scores.add(fused.flatMap { $0.values.map { Float($0) } }, names: first.names, labels: first.labels)
    self.scores = scores
    notes = ScoreFusion.difference(first, second, names).map { [$0] } ?? []
  }

  private static func check(
    _ first: SampleScores, _ second: SampleScores, _ names: (String, String)
  ) throws(RunError) {
    let advice = "Save both with 'sluice eval --scores' on one list."
    if let many = [(first, names.0), (second, names.1)].first(where: \.0.hasManyLabels) {
      throw RunError(.data, "\(many.1): its samples show any number of classes each, and one is wanted. \(advice)")
    }
    guard first.labels.count == second.labels.count else {
      throw RunError(
        .data,
        "\(names.0) has scores of \(first.labels.count) samples, and \(names.1) of \(second.labels.count). \(advice)")
    }
    guard !first.labels.isEmpty else { throw RunError(.data, "\(names.0) has scores of no sample. \(advice)") }
    guard first.classes.count == second.classes.count else {
      throw RunError(
        .data,
        "\(names.0) has scores of \(first.classes.count) classes, and \(names.1) of \(second.classes.count). \(advice)")
    }
    if first.hasNames, second.hasNames,
      let number = first.classes.indices.first(where: { first.classes[$0] != second.classes[$0] })
    {
      throw RunError(
        .data,
        "class \(number) is “\(first.classes[number])” in \(names.0), and “\(second.classes[number])” in \(names.1). \(advice)"
      )
    }
    if let index = first.labels.indices.first(where: { first.labels[$0] != second.labels[$0] }) {
      throw RunError(
        .data,
        "sample \(index) has the label \(first.labels[index]) in \(names.0), and \(second.labels[index]) in \(names.1): they are "
          + "of other lists, or of another order. \(advice)")
    }
  }

  /// The first sample that both call otherwise; labels are equal, and so it may be the same.
  private static func difference(
    _ first: SampleScores, _ second: SampleScores, _ names: (String, String)
  ) -> String? {
    guard first.hasNames, second.hasNames,
      let index = first.names.indices.first(where: { first.names[$0] != second.names[$0] })
    else { return nil }
    return
      "sample \(index) is \(first.names[index]) in \(names.0), and \(second.names[index]) in \(names.1); their labels are equal"
  }

  /// The share of samples whose right class is among the first `depth`, of both together.
  public func accuracy(within depth: Int) -> Double { accuracies[0].share(within: depth) }

  /// The figures of both together and of each, and a table of the classes.
  public var text: String {
    (lines + ["", ClassificationTables(counts, scores.classes).text]).joined(separator: "\n")
  }

  private var lines: [String] {
    let rest = ((1 - weight) * 1e6).rounded() / 1e6
    return [
      "fused: \(accuracies[0].text([1, 5])) (\(weight) × \(names[0]) + \(rest) × \(names[1]), \(scores.names.count) clips)",
      "\(names[0]): \(accuracies[1].text([1, 5]))", "\(names[1]): \(accuracies[2].text([1, 5]))",
    ]
  }

  /// The same as JSON.
  /// - Throws: if a number is not finite.
  public func json() throws -> String {
    var members = ClassificationTables(counts, scores.classes).details
    for (name, accuracy) in zip(["", "first_", "second_"], accuracies) {
      for depth in [1, 5] { members["\(name)top\(depth)"] = .number(accuracy.share(within: depth)) }
    }
    members["fused"] = .array(names.map { .string($0) })
    members["fusion_weight"] = .number(weight)
    members["samples"] = .integer(scores.names.count)
    return try JSONValue.object(members).json(pretty: true)
  }

  /// Leaves `evaluation.json` in `directory`.
  /// - Returns: its path.
  /// - Throws: ``RunError`` if it cannot be written.
  public func write(to directory: RunDirectory) throws -> String {
    try directory.createFolder()
    let path = directory.path + "/evaluation.json"
    try directory.write(try json() + "\n", to: path)
    return path
  }
}

extension SampleScores {
  /// The probabilities of every sample.
  fileprivate var shares: [ClassShares] {
    (0..<names.count).map { sample in
      let row = values[sample * classes.count..<(sample + 1) * classes.count]
      return unit == .logit ? ClassShares(softmaxOf: row) : ClassShares(row.map { Double($0) })
    }
  }
}
