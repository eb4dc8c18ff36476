/// How long a run is and how far a position has come in it: the one place where epochs, outputs and the end are counted.
///
/// ```swift
/// let extent = pipeline.extent(of: options)
/// print(extent.length.outputs, extent.fraction(at: run.position))
/// ```
/// Epochs are those of the primary source: the first one that is not `repeated()`. How many of its samples make one
/// output follows from the batches between that source and the end of the pipeline. If batches are divided into parts, an
/// epoch is a number of steps; see ``RunOptions/parts``.
public struct RunExtent: Sendable, Equatable {
  /// The node of the source whose epochs are the run's; empty for a pipeline without a source.
  public let primarySource: String
  /// The number of that source among the sources of a position.
  package let primary: Int
  /// Samples in that source's list.
  public let sampleCount: Int
  /// Samples of that source in one output.
  public var samplesPerOutput: Double { ratio.samples(in: 1) }
  /// The whole run in epochs and outputs.
  public let length: RunLength
  package let ratio: SampleRatio
  /// Elements of an output.
  private let rounds: Int
  private let epochLimit: Int?
  private let outputLimit: Int?
  /// Steps of an epoch of a batch that is divided into parts; `nil` if batches are not divided.
  private let stepsPerEpoch: Int?

  package init(plan: PipelinePlan, options: RunOptions) {
    let sources = plan.sources
    primary = sources.firstIndex { !$0.order.isRepeated } ?? 0
    primarySource = sources.isEmpty ? "" : sources[primary].name
    sampleCount = sources.isEmpty ? 0 : sources[primary].sampleCount
    ratio = sources.isEmpty ? SampleRatio() : plan.samplesPerOutput[primary]
    rounds = plan.gatheredCount
    (epochLimit, outputLimit) = (options.epochs, options.steps)
    if options.parts.count > 1 {
      let steps = max(1, ratio.elements(of: sampleCount, parts: options.parts.count))
      stepsPerEpoch = steps
      length = RunLength(
        epochs: options.epochs, outputs: options.steps, ofStepsPerEpoch: steps, gathering: rounds)
    } else {
      stepsPerEpoch = nil
      length = RunLength(
        epochs: options.epochs, outputs: options.steps, of: max(1, sampleCount), ratio,
        sources.isEmpty ? ratio : plan.samplesPerElement[primary], gathering: rounds)
    }
  }

  /// Whether outputs rather than epochs end the run.
  private var endsByOutputs: Bool { outputLimit.map { $0 <= length.outputs } ?? false }

  /// Epochs done before an output of a batch that is divided into parts, with the fraction; `nil` if it is not.
  ///
  /// The same for all parts, which are at different indices of the stream.
  func epochProgress(ofStep step: Int, round: Int = 0, of rounds: Int = 1) -> Double? {
    stepsPerEpoch.map { (Double(step) + Double(round) / Double(rounds)) / Double($0) }
  }

  /// Epochs gone through before an element, by its number among those of ``RunLength/elements``, as long as none fails.
  public func epochProgress(beforeElement number: Int) -> Double {
    if let stepsPerEpoch { return Double(number) / (Double(stepsPerEpoch) * Double(rounds)) }
    return sampleCount > 0 ? Double(number) * samplesPerOutput / Double(rounds) / Double(sampleCount) : 0
  }

  /// Whether everything asked for has been delivered.
  ///
  /// `false` at every position of a single pass, which ends with its list.
  public func isComplete(at position: StreamPosition) -> Bool {
    if let outputLimit, position.step >= outputLimit { return true }
    guard let epochLimit else { return false }
    if let stepsPerEpoch { return position.step >= product(epochLimit, stepsPerEpoch) }
    return consumed(at: position) >= product(epochLimit, sampleCount)
  }

  /// Whole epochs done.
  public func epoch(at position: StreamPosition) -> Int {
    if let stepsPerEpoch { return position.step / stepsPerEpoch }
    return sampleCount > 0 ? consumed(at: position) / sampleCount : 0
  }

  /// Epochs done, with the fraction: 2.5 in the middle of the third one.
  public func epochProgress(at position: StreamPosition) -> Double {
    if let progress = epochProgress(ofStep: position.step) { return progress }
    return sampleCount > 0 ? Double(consumed(at: position)) / Double(sampleCount) : 0
  }

  /// The part of the run that is done, 0…1.
  public func fraction(at position: StreamPosition) -> Double {
    let (done, total, _) = progress(at: position)
    return total > 0 ? Double(done) / Double(total) : 1
  }

  /// What the end of a run is counted in.
  public enum Unit: Sendable, Equatable {
    case outputs
    case samples
  }

  /// How far a position is, in outputs if those end the run, else in samples of the primary source.
  /// - Returns: `done` is at most `total`.
  public func progress(at position: StreamPosition) -> (done: Int, total: Int, unit: Unit) {
    if endsByOutputs || stepsPerEpoch != nil { return (min(position.step, length.outputs), length.outputs, .outputs) }
    let total = product(epochLimit ?? 1, sampleCount)
    return (min(consumed(at: position), total), total, .samples)
  }

  private func consumed(at position: StreamPosition) -> Int {
    position.sources.indices.contains(primary) ? position.sources[primary].consumed : 0
  }
}

extension Pipeline {
  /// How long a run of this pipeline with `options` is.
  public func extent(of options: RunOptions) -> RunExtent {
    RunExtent(plan: plan, options: options)
  }
}
