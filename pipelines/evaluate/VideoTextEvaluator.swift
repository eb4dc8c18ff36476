internal import SluiceCheckpoints
internal import SluiceNN
internal import SluiceReport
internal import SluiceTensor
package import SluiceTraining

/// Measures how well videos are told by the names of their classes, by one of the ways in which that is published.
///
/// The shares of a video are the mean over its views of the softmax of their scores; figures that hang on sizes, and not on
/// ranks alone, are of one more softmax, or of two: as published.
package struct VideoTextEvaluator: Evaluator {
  private let way: EvaluationProtocol
  private let names: [String]
  private let viewCount: Int
  private let batchSize: Int
  private var counts: ClassificationCounts
  private var accuracy = TopAccuracy()
  private var precision: MeanAveragePrecision
  private var votes: FrameVotes
  // The first videos, which a published figure counts again.
  private var first: [(shares: ClassShares, labels: [Int])] = []
  private var unusable = 0
  private var scores: SampleScores?

  /// - Parameters:
  ///   - way: the protocol; several lists are several evaluations.
  ///   - names: of the classes, in the order of their numbers.
  ///   - viewCount: views of each video, for the report.
  ///   - batchSize: videos of a batch, which a published figure hangs on.
  package init(_ way: EvaluationProtocol, names: [String], viewCount: Int, batchSize: Int) {
    (self.way, self.names, self.viewCount, self.batchSize) = (way, names, viewCount, batchSize)
    counts = ClassificationCounts(classCount: way.hasManyLabels ? 0 : names.count)
    precision = MeanAveragePrecision(classCount: names.count, keepsRunningMean: way == .charades)
    votes = FrameVotes(classCount: names.count)
  }

  package var primary: PrimaryMetric { way.primary }

  package private(set) var sampleCount: Int = 0

  package mutating func keepScores() -> Bool {
    scores = SampleScores(.probability, classes: names, hasManyLabels: way.hasManyLabels)
    return true
  }

  /// - Throws: ``RunError`` if there is not a row of scores for each view, or a video has no class to compare with.
  package mutating func add(_ output: VideoTextScores, for batch: NamedViewBatch) throws {
    let shape = output.scores.shape
    guard shape.rank == 2, shape[0] == batch.names.count * batch.viewCount, shape[1] == names.count else {
      throw RunError(
        .weights,
        "scores are \(shape), for \(batch.names.count) videos of \(batch.viewCount) views and \(names.count) classes.")
    }
    let (values, width) = (output.scores.floats, names.count)
    var rows: [ClassShares] = []
    for (index, name) in batch.names.enumerated() {
      let views = (index * batch.viewCount..<(index + 1) * batch.viewCount).map {
        ClassShares(softmaxOf: values[$0 * width..<($0 + 1) * width])
      }
      let shares = ClassShares(meanOf: views)
      if !shares.isUsable { unusable += 1 }
      rows.append(way == .activitynet || way == .charades ? shares.softmax() : shares)
      guard !way.hasManyLabels else { continue }
      guard batch.labels[index].count == 1, let label = batch.labels[index].first, label < width else {
        throw RunError(.data, "\(name): its classes are \(batch.labels[index]), wanted is one of 0 ..< \(width).")
      }
      counts.add(shares, label: label)
      accuracy.add(rank: shares.rank(of: label))
      try addFrames(of: output, index, label, name)
    }
    addPrecision(of: rows, batch.labels)
    scores?.add(rows.flatMap { $0.values.map { Float($0) } }, names: batch.names, labels: batch.labels)
    sampleCount += batch.names.count
  }

  /// Average precision is of one more softmax where each video has one class.
  private mutating func addPrecision(of rows: [ClassShares], _ labels: [[Int]]) {
    guard way == .activitynet || way == .charades else { return }
    let rows = way == .activitynet ? rows.map { $0.softmax() } : rows
    precision.add(rows, labels: labels)
    for (row, labels) in zip(rows, labels) where first.count < ReferenceCounts.processes - 1 {
      first.append((row, labels))
    }
  }

  private mutating func addFrames(of output: VideoTextScores, _ index: Int, _ label: Int, _ name: String) throws {
    guard way == .zeroShot else { return }
    guard let frames = output.frames, frames.shape.rank == 3, frames.shape[0] == output.scores.shape[0] else {
      throw RunError(.weights, "\(name): there are no features of its frames, by which zero-shot results are measured.")
    }
    let count = frames.shape[1]
    let values = frames.element(index).floats
    votes.add(frames: values, count: count, sentences: output.sentences, label: label)
  }

  package func findings() -> EvaluationFindings {
    let reference = ReferenceCounts(accuracy, viewCount: viewCount)
    let tables = ClassificationTables(counts, names)
    switch way {
    case .general, .k600:
      return findings(
        reference.metrics(within: [1, 5]) + [meanClassAccuracy], reference.lines(within: [1, 5]), tables)
    case .activitynet:
      let precision = ReferencePrecision(precision, first)
      return findings(
        precision.metrics + reference.metrics(within: [1, 3]) + [meanClassAccuracy],
        reference.lines(within: [1, 3], with: precision), tables)
    case .zeroShot:
      let results = ZeroShotResults(votes)
      return findings(
        reference.metrics(within: [1, 5]) + results.metrics + [meanClassAccuracy],
        reference.lines(within: [1, 5]).map { "head: " + $0 } + results.lines, tables, results.details,
        [Report.Section("Half splits", [results.table])])
    case .charades:
      let table = PrecisionTable(precision, names)
      return EvaluationFindings(
        sampleCount: sampleCount, metrics: table.metrics,
        lines: table.lines(batchSize: batchSize, viewCount: viewCount) + warnings, text: table.text,
        details: table.details.merging(ownDetails) { $1 }, sections: [Report.Section("Classes", [table.part])],
        scores: scores)
    }
  }

  /// What was found of videos with a class each.
  private func findings(
    _ metrics: [EvaluationFindings.Metric], _ lines: [String], _ tables: ClassificationTables,
    _ details: [String: JSONValue] = [:], _ sections: [Report.Section] = []
  ) -> EvaluationFindings {
    EvaluationFindings(
      sampleCount: sampleCount, metrics: metrics, lines: lines + warnings, text: tables.text,
      details: tables.details.merging(details) { $1 }.merging(ownDetails) { $1 },
      sections: sections + [Report.Section("Classes", tables.parts)], scores: scores)
  }

  private var warnings: [String] {
    unusable == 0
      ? [] : ["warning: \(unusable) of \(sampleCount) clips have scores that are not finite; they count as wrong"]
  }

  private var ownDetails: [String: JSONValue] {
    ["protocol": .string(way.rawValue), "reference_processes": .integer(ReferenceCounts.processes)]
  }

  private var meanClassAccuracy: EvaluationFindings.Metric {
    EvaluationFindings.Metric("mean_class_accuracy", counts.meanClassAccuracy, title: "mean class accuracy")
  }
}
