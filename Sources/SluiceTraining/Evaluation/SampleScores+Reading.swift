internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceTensor

extension SampleScores {
  /// Reads scores that were saved: a file of ``write(to:metadata:)``, or two files of one tensor each, as PyTorch saves them,
  /// with a comma between: `k400_video_sims.pt,k400_video_labels.pt`, probabilities `[samples, classes]` and labels
  /// `[samples]`.
  ///
  /// - Throws: ``CheckpointError`` if a file cannot be read; ``RunError`` that says what of it are no scores.
  public init(reading text: String) throws {
    // A path may have a comma itself.
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, FileKind(at: text) == nil {
      try self.init(sims: parts[0], labels: parts[1])
    } else {
      try self.init(own: text)
    }
  }

  /// Whether classes have names, and not numbers only.
  package var hasNames: Bool { classes != SampleScores.numbers(classes.count) }

  private static func numbers(_ count: Int) -> [String] { (0..<count).map { "\($0)" } }

  private init(own path: String) throws {
    let file = try openWeights(path)
    guard let own = file as? SafetensorsFile, own.metadata["format"] == "sluice-scores", let scores = own["scores"],
      let labels = own["labels"], scores.shape.count == 2,
      let unit = own.metadata["unit"].flatMap(Unit.init(rawValue:)),
      let classes = try own.metadata["classes"].flatMap({ try JSONValue(json: $0).strings }),
      let names = try own.metadata["samples"].flatMap({ try JSONValue(json: $0).strings }),
      scores.shape == [names.count, classes.count]
    else {
      throw RunError(
        .file,
        "\(path): these are no saved scores. Wanted is a file of 'sluice eval --scores', or the published pair "
          + "SIMS.pt,LABELS.pt.")
    }
    let (values, numbers) = (try own.floats("scores"), try own.integers("labels"))
    if labels.shape == scores.shape {
      self.init(unit, classes: classes, hasManyLabels: true)
      let sets = (0..<names.count).map { sample in
        classes.indices.filter { numbers[sample * classes.count + $0] != 0 }
      }
      add(values, names: names, labels: sets)
    } else {
      self.init(unit, classes: classes)
      try fill(values, names, numbers, path)
    }
  }

  private init(sims: String, labels: String) throws {
    func tensor(_ path: String, rank: Int, _ wanted: String) throws -> (source: any TensorSource, info: TensorInfo) {
      let source = try openWeights(path)
      guard source.tensors.count == 1, let info = source.tensors.first, info.shape.count == rank else {
        let found = source.tensors.prefix(3).map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        throw RunError(
          .file, "\(path): it holds \(found.isEmpty ? "no tensor" : found), wanted is one tensor alone, \(wanted).")
      }
      return (source, info)
    }
    let scores = try tensor(sims, rank: 2, "probabilities [samples, classes]")
    let known = try tensor(labels, rank: 1, "labels [samples]")
    let (count, width) = (scores.info.shape[0], scores.info.shape[1])
    self.init(.probability, classes: SampleScores.numbers(width))
    try fill(
      try scores.source.floats(scores.info.name), SampleScores.numbers(count),
      try known.source.integers(known.info.name), labels)
  }

  /// Adds samples of one class each.
  private mutating func fill(
    _ values: [Float], _ names: [String], _ labels: [Int], _ path: String
  ) throws(RunError) {
    guard labels.count == names.count else {
      throw RunError(.file, "\(path): there are \(labels.count) labels, and scores of \(names.count) samples.")
    }
    if let index = labels.firstIndex(where: { !classes.indices.contains($0) }) {
      throw RunError(
        .file,
        "\(path): the label of sample \(index) is \(labels[index]), and there are scores of \(classes.count) classes.")
    }
    add(values, names: names, labels: labels)
  }
}
