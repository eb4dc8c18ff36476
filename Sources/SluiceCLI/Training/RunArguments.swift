internal import ArgumentParser
internal import SluicePipelines

/// The options that say what a run is; shared by the commands that declare a pipeline.
struct RunArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A list file: path, path label, or path start end label on each line. May be given several times.",
      valueName: "list"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "The folder that relative paths of lists begin at (default: the working directory).", valueName: "dir"))
  var root: String?

  @Option(help: ArgumentHelp("A JSON file with class names and their numbers.", valueName: "file"))
  var classes: String?

  @Option(help: "Passes over the data.")
  var epochs: Int?

  @Option(help: "Optimiser steps; with --epochs too, whichever comes first.")
  var steps: Int?

  @Option(help: "The key of all randomness (default: 0).")
  var seed: UInt64?

  @Option(help: ArgumentHelp("The share of samples that may fail (default: 0.01).", valueName: "fraction"))
  var maxFailures: Double?

  @Option(help: "Threads that compute (default: the cores); kept with the checkpoint, for sums depend on it.")
  var threads: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Sets a field of a stage; see 'sluice graph'.", valueName: "stage.field=value"))
  var settings: [String] = []

  mutating func validate() throws {
    if let epochs, epochs < 1 { throw ValidationError("--epochs \(epochs): at least 1 is wanted.") }
    if let steps, steps < 1 { throw ValidationError("--steps \(steps): at least 1 is wanted.") }
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): at least 1 is wanted.") }
    if let maxFailures, !(0...1).contains(maxFailures) {
      throw ValidationError("--max-failures \(maxFailures): a fraction from 0 to 1 is wanted.")
    }
    _ = try assignments
  }

  /// What was asked for.
  func request() throws -> RunRequest {
    var request = RunRequest()
    request.data = data
    request.root = root
    request.classes = classes
    request.epochs = epochs
    request.steps = steps
    request.seed = seed
    request.maxFailures = maxFailures
    request.threads = threads
    request.settings = try assignments
    return request
  }

  private var assignments: [String: String] {
    get throws {
      var assignments: [String: String] = [:]
      for text in settings {
        guard let equals = text.firstIndex(of: "="), text[..<equals].contains(".") else {
          throw ValidationError("--set \(text): stage.field=value is wanted, for example decode.workers=2.")
        }
        assignments[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      return assignments
    }
  }
}
