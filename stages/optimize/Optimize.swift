public import SluiceFlow
public import SluiceNN
internal import SluiceTensor
public import SluiceTraining

/// Goes one step down the gradient.
///
/// ```swift
/// Optimize(.adamW(.cosine(peak: 8e-4, warmup: 5)))
/// ```
/// The schedule's length is the run's. The optimiser's memory belongs to the stage and its copies: a pipeline that runs
/// again goes on with it.
///
/// With `accumulation: 4` the parameters change with every fourth batch, by the mean gradient of the four; each batch has
/// a report, and those in between report a gradient norm of 0.
public struct Optimize: Stage, HoldsOptimizer {
  /// Which optimiser, with its schedule and constants; fixed with the first step.
  public var configuration: OptimizerConfiguration
  /// Batches whose gradients make one update.
  public var accumulation: Int
  private let slot = OptimizerSlot()

  /// - Parameter accumulation: batches whose gradients make one update.
  /// - Precondition: `accumulation` is at least 1.
  public init(_ configuration: OptimizerConfiguration, accumulation: Int = 1) {
    precondition(accumulation > 0, "accumulation: \(accumulation) given, at least 1 wanted")
    self.configuration = configuration
    self.accumulation = accumulation
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("peak", \.configuration.schedule.peak, in: 0...1e3),
      Setting("minimum", \.configuration.schedule.minimum, in: 0...1e3),
      Setting("warmup", \.configuration.schedule.warmup),
      Setting("clip", \.configuration.clip),
      Setting("weightDecay", \.constantDecay, in: 0...1e3),
      Setting("layerDecay", \.layerDecay, in: 0...1),
      Setting("accumulation", \.accumulation, in: 1...65_536),
    ]
  }

  public func optimizer(of parameters: ParameterStore) -> Optimizer {
    slot.optimizer(configuration, of: parameters)
  }

  /// - Throws: ``StepError`` if the loss or a gradient is not finite; nothing has been changed then.
  public func callAsFunction(_ loss: BatchLoss, context: ElementContext) throws -> StepReport {
    let step = (context.step ?? 0) + 1
    let value = loss.value.scalar
    guard value.isFinite else { throw StepError(step: step, "the loss is \(value)") }
    loss.value.backward(scale: 1 / Float(accumulation))
    let progress = TrainingProgress(
      step: (step - 1) / accumulation, of: context.length.outputs / accumulation, epochProgress: context.epochProgress,
      of: context.length.epochs)
    var report = OptimizerReport(learningRate: configuration.schedule.rate(at: progress), gradientNorm: 0)
    if step % accumulation == 0 {
      do {
        report = try optimizer(of: loss.parameters).step(at: progress)
      } catch {
        throw StepError(step: step, "\(error)")
      }
    }
    return StepReport(
      step: step, epoch: context.epoch, loss: Double(value), learningRate: report.learningRate,
      gradientNorm: report.gradientNorm, sampleCount: loss.sampleCount, metrics: loss.metrics)
  }

  private var constantDecay: Double {
    get { configuration.weightDecay.start }
    set { configuration.weightDecay = .constant(newValue) }
  }

  /// 1 for one rate throughout.
  private var layerDecay: Double {
    get { configuration.groups.layerDecay ?? 1 }
    set { configuration.groups = newValue == 1 ? .plain : .layerDecay(newValue) }
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
