/// How long a run goes on, over all its resumptions.
public struct RunLength: Sendable, Equatable {
  /// Passes over the list.
  public var epochs: Double
  /// Outputs, for example optimizer steps; failed samples make a run of whole epochs a little shorter.
  public var outputs: Int
  /// Elements that go into a ``Step`` which makes one output of several; elsewhere as many as ``outputs``.
  public var elements: Int

  /// - Parameter elements: as many as outputs unless said.
  public init(epochs: Double = 1, outputs: Int = 1, elements: Int? = nil) {
    self.epochs = epochs
    self.outputs = outputs
    self.elements = elements ?? outputs
  }

  /// The length of a run whose epochs are counted in steps.
  init(epochs: Int?, outputs: Int?, ofStepsPerEpoch steps: Int, gathering rounds: Int) {
    let whole = product(epochs ?? 1, steps)
    guard let outputs, epochs == nil || outputs < whole else {
      self.init(epochs: Double(epochs ?? 1), outputs: whole, elements: product(whole, rounds))
      return
    }
    self.init(epochs: Double(outputs) / Double(steps), outputs: outputs, elements: product(outputs, rounds))
  }

  /// The length of a run over a list of `count` samples: one pass, or what is asked for and ends it first.
  /// - Parameters:
  ///   - ratio: samples of an output.
  ///   - elementRatio: samples of an element of which `rounds` make an output.
  init(
    epochs: Int?, outputs: Int?, of count: Int, _ ratio: SampleRatio, _ elementRatio: SampleRatio,
    gathering rounds: Int
  ) {
    let asked = product(epochs ?? 1, count)
    let whole = ratio.elements(of: asked)
    guard let outputs, epochs == nil || outputs < whole else {
      self.init(
        epochs: Double(asked) / Double(count), outputs: whole, elements: elementRatio.elements(of: asked))
      return
    }
    self.init(
      epochs: ratio.samples(in: outputs) / Double(count), outputs: outputs, elements: product(outputs, rounds))
  }
}
