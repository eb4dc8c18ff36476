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
/// With `accumulation: 4` one update is made of four batches, by the mean of their gradients, and a step of the run is an
/// update: it has one report, with the mean of the losses and metrics of its batches. Batches left at the end of an epoch go
/// on into the next one; those left at the end of the run make a last update, by the mean of as many as there are.
public struct Optimize: Gathering {
  public typealias Input = StepLoss
  public typealias Output = StepReport

  /// What is trained, for whoever saves and loads it; the same one for all copies of the stage.
  public let state: TrainableState
  /// Which optimizer, with its schedule and constants.
  public var configuration: OptimizerConfiguration
  /// Batches whose gradients make one update.
  public var accumulation: Int

  public var gatheredCount: Int { accumulation }

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
      Setting("warmup", \.configuration.schedule.warmup, form: Warmup.form),
      Setting("clip", \.configuration.clip, form: Clipping.form),
      Setting("weightDecay", \.configuration.constantDecay, in: 0...1e3),
      Setting("layerDecay", \.configuration.layerDecay, in: 0...1),
      Setting("accumulation", \.accumulation, in: 1...65_536),
    ]
  }

  /// Forgets gradients that a run left which ended in the middle of an update.
  public func prepare() {
    if state.optimizer.configuration != configuration { state.optimizer.configuration = configuration }
    for parameter in state.parameters.parameters { parameter.gradient = nil }
  }

  /// Takes note of a batch whose gradients have been added to the parameters'.
  public func add(_ loss: StepLoss, to gathered: inout GatheredLoss?, context: ElementContext) {
    if gathered == nil {
      gathered = GatheredLoss(epoch: context.epoch)
    } else {
      // The batch before made no update. Of the last one it is not known yet.
      state.optimizer.finishBatch()
    }
    gathered?.add(loss)
  }

  /// Makes the update.
  /// - Throws: ``StepError`` if a gradient or the rate is not finite; nothing has been changed then.
  public func output(of gathered: GatheredLoss, context: ElementContext) throws -> StepReport {
    let step = context.step ?? 0
    let progress = TrainingProgress(
      batch: step * accumulation + context.round, of: context.length.elements, accumulation: accumulation,
      epochProgress: context.epochProgress, of: context.length.epochs)
    let report: OptimizerReport
    do {
      report = try state.optimizer.step(at: progress, scale: 1 / Double(gathered.count))
    } catch {
      throw StepError(step: step + 1, "\(error). Nothing was changed. \(error.advice)")
    }
    state.optimizer.finishBatch()
    return gathered.report(step: step + 1, report)
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
    description = "step \(step): \(reason)"
  }
}
