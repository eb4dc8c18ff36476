/// How long a run goes on, over all its resumptions.
public struct RunLength: Sendable, Equatable {
  /// Passes over the list.
  public var epochs: Double
  /// Outputs, for example optimizer steps; failed samples make a run of whole epochs a little shorter.
  public var outputs: Int

  public init(epochs: Double = 1, outputs: Int = 1) {
    self.epochs = epochs
    self.outputs = outputs
  }

  /// The length of a run whose epochs are counted in steps.
  init(epochs: Int?, outputs: Int?, ofStepsPerEpoch steps: Int) {
    let whole = product(epochs ?? 1, steps)
    guard let outputs, epochs == nil || outputs < whole else {
      self.init(epochs: Double(epochs ?? 1), outputs: whole)
      return
    }
    self.init(epochs: Double(outputs) / Double(steps), outputs: outputs)
  }

  /// The length of a run over a list of `count` samples: one pass, or what is asked for and ends it first.
  init(epochs: Int?, outputs: Int?, of count: Int, _ ratio: SampleRatio) {
    let asked = product(epochs ?? 1, count)
    let whole = ratio.elements(of: asked)
    guard let outputs, epochs == nil || outputs < whole else {
      self.init(epochs: Double(asked) / Double(count), outputs: whole)
      return
    }
    self.init(epochs: ratio.samples(in: outputs) / Double(count), outputs: outputs)
  }
}
