internal import ArgumentParser
internal import SluiceCheckpoints
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTraining

/// The options of `--from`: how the weights it names are read.
struct WeightsArguments: ParsableArguments {
  @Option(
    help: "Of the run --from names: its best checkpoint (best: of its validations; the default), or its last.",
    transform: word)
  var checkpoint: CheckpointChoice?

  @Option(
    help: "Which copy of --from's weights: raw (the default), or ema, their running average.", transform: word)
  var weights: WeightsChoice?

  @Flag(help: "Goes on with what --from has though it is less than the model's backbone.")
  var partial = false

  @Flag(help: "Resizes --from's tables of positions, and filters over time, to this model's frames and size.")
  var resizePositions = false

  /// What was asked for.
  var options: WeightsOptions {
    var options = WeightsOptions()
    (options.checkpoint, options.copy) = (checkpoint, weights)
    (options.isPartial, options.resizesPositions) = (partial, resizePositions)
    return options
  }
}

/// The choice of that name.
func word<Choice: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Choice {
  guard let choice = Choice(rawValue: text) else {
    let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
    throw ValidationError("“\(text)”: \(words) is wanted.")
  }
  return choice
}

extension LoadReport {
  /// Says what became of weights unless every parameter has the file's under its own name.
  func note(of path: String) {
    guard !missing.isEmpty || !unfit.isEmpty || !resized.isEmpty || layout != nil else { return }
    Console.note("\(path): \(self)")
  }
}
