/// How many samples of a source are in one element: batches multiply them, expansions divide them.
package struct SampleRatio: Sendable, Equatable {
  /// The product of the batch sizes between the source and here.
  package private(set) var gathered = 1
  /// The product of the expansions between the source and here.
  package private(set) var repeated = 1

  package init() {}

  /// Behind a batch of `size`.
  func batched(_ size: Int) -> SampleRatio {
    var copy = self
    copy.gathered = product(gathered, max(1, size))
    return copy
  }

  /// Behind an expansion into `count`.
  func expanded(_ count: Int) -> SampleRatio {
    var copy = self
    copy.repeated = product(repeated, max(1, count))
    return copy
  }

  /// Samples in so many elements; not whole where an element holds a part of a sample.
  func samples(in elements: Int) -> Double {
    Double(product(elements, gathered)) / Double(repeated)
  }

  /// Elements that so many samples make, the last one perhaps not full.
  ///
  /// - Parameter parts: how many elements count as one.
  func elements(of samples: Int, parts: Int = 1) -> Int {
    let outputs = product(samples, repeated)
    let each = product(gathered, parts)
    return outputs / each + (outputs % each > 0 ? 1 : 0)
  }
}

extension PipelinePlan {
  /// For each source, in the order of ``sources``, its samples in one output of this plan.
  ///
  /// A batch counts for the sources that flow through it, not for those of another stream of a zip.
  package var samplesPerOutput: [SampleRatio] { samplesPerOutput(of: [], isGathered: true) }

  /// The same where what a step makes of several elements counts as several.
  package var samplesPerElement: [SampleRatio] { samplesPerOutput(of: [], isGathered: false) }

  private func samplesPerOutput(of entry: [SampleRatio], isGathered: Bool) -> [SampleRatio] {
    nodes.reduce(entry) { ratios, node in
      switch node.kind {
      case .source: [SampleRatio()]
      case .zip(let zip): zip.streams.flatMap { $0.samplesPerOutput(of: [], isGathered: isGathered) }
      case .batch(let size, _): ratios.map { $0.batched(size) }
      case .expansion(let expansion): ratios.map { $0.expanded(expansion.count) }
      case .step(let inside): inside.samplesPerOutput(of: ratios, isGathered: isGathered)
      // A branch gives one output for each element.
      case .stage, .fork: ratios.map { $0.batched(isGathered ? node.gathering?.gatheredCount ?? 1 : 1) }
      }
    }
  }
}
