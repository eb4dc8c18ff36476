/// How long a run goes on, over all its resumptions.
public struct RunLength: Sendable, Equatable {
  /// Passes over the list.
  public var epochs: Double
  /// Outputs, for example optimiser steps; failed samples make a run of whole epochs a little shorter.
  public var outputs: Int

  public init(epochs: Double = 1, outputs: Int = 1) {
    self.epochs = epochs
    self.outputs = outputs
  }

  /// The length of a run over a list of `count` samples of which `perOutput` make one output.
  init(of options: RunOptions, count: Int, perOutput: Int) {
    let asked = Double((options.epochs ?? 1) * count)
    let outputs = Int((asked / Double(perOutput)).rounded(.up))
    guard let steps = options.steps, options.epochs == nil || steps < outputs else {
      self.init(epochs: asked / Double(count), outputs: outputs)
      return
    }
    self.init(epochs: Double(steps * perOutput) / Double(count), outputs: steps)
  }
}
