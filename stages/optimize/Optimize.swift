public import SluiceFlow
public import SluiceNN
public import SluiceTraining

/// Goes one step down the gradient.
///
/// ```swift
/// Optimize(model.parameters, .adamW(.cosine(peak: 8e-4, warmup: 5)))
/// ```
/// Says what is trained: parameters that stand here, and no others, change. The schedule's length is the run's. The
/// optimizer's memory belongs to ``state``: a pipeline that runs again goes on with it.
///
/// With `accumulation: 4` the parameters change with every fourth batch, by the mean gradient of the four; each batch has
/// a report, and those in between report a gradient norm of 0.
public struct Optimize: Stage {
  /// What is trained, for whoever saves and loads it; the same one for all copies of the stage.
  public let state: TrainableState
  /// Which optimizer, with its schedule and constants.
  public var configuration: OptimizerConfiguration
  /// Batches whose gradients make one update.
  public var accumulation: Int

  /// Trains `parameters`.
  /// - Parameter accumulation: batches whose gradients make one update.
  /// - Precondition: `accumulation` is at least 1.
  public init(_ parameters: ParameterStore, _ configuration: OptimizerConfiguration, accumulation: Int = 1) {
    precondition(accumulation > 0, "accumulation: \(accumulation) given, at least 1 wanted")
    state = TrainableState(parameters, configuration)
    self.configuration = configuration
    self.accumulation = accumulation
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("peak", \.configuration.schedule.peak, in: 0...1e3),
      Setting("minimum", \.configuration.schedule.minimum, in: 0...1e3),
      Setting("warmup", \.configuration.schedule.warmup), Setting("clip", \.configuration.clip),
      Setting("weightDecay", \.configuration.constantDecay, in: 0...1e3),
      Setting("layerDecay", \.configuration.layerDecay, in: 0...1),
      Setting("accumulation", \.accumulation, in: 1...65_536),
    ]
  }

  /// - Throws: ``StepError`` if a gradient or the rate is not finite; nothing has been changed then.
  public func callAsFunction(_ loss: StepLoss, context: ElementContext) throws -> StepReport {
    let step = (context.step ?? 0) + 1
    let progress = TrainingProgress(
      step: (step - 1) / accumulation, of: context.length.outputs / accumulation, epochProgress: context.epochProgress,
      of: context.length.epochs)
    let optimizer = state.optimizer
    if optimizer.configuration != configuration { optimizer.configuration = configuration }
    var report = OptimizerReport(learningRate: configuration.schedule.rate(at: progress), gradientNorm: 0)
    if step % accumulation == 0 {
      do {
        report = try optimizer.step(at: progress, scale: 1 / Double(accumulation))
      } catch {
        throw StepError(step: step, "\(error)")
      }
    }
    optimizer.finishBatch()
    return StepReport(
      step: step, epoch: context.epoch, loss: loss.total, learningRate: report.learningRate,
      gradientNorm: report.gradientNorm, sampleCount: loss.sampleCount,
      metrics: loss.metrics.merging(loss.terms) { own, _ in own })
  }
}

extension OptimizerConfiguration {
  fileprivate var constantDecay: Double {
    get { weightDecay.start }
    set { weightDecay = .constant(newValue) }
  }

  /// 1 for one rate throughout.
  fileprivate var layerDecay: Double {
    get { groups.layerDecay ?? 1 }
    set { groups = newValue == 1 ? .plain : .layerDecay(newValue) }
  }
}

/// A step that could not be taken.
public struct StepError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The step, from 1.
  public let step: Int
  /// What is not a number, and what may help.
  public let description: String

  init(step: Int, _ reason: String) {
    self.step = step
    description =
      "step \(step): \(reason). Nothing was changed; go on from the last checkpoint with a lower peak or with clip."
  }
}
