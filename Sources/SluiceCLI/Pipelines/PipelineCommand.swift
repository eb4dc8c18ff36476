internal import ArgumentParser
public import SluiceFlow

/// A pipeline of your own with Sluice's command line.
///
/// ```swift
/// @main struct Squares: PipelineCommand {
///   var pipeline: Pipeline<Int> {
///     Pipeline("squares") {
///       Numbers(count: 100).shuffled()
///       Square().workers(2)
///     }
///   }
/// }
/// ```
/// The program then has `train`, which runs the pipeline and prints its outputs, `graph` and `profile`, and `--set
/// stage.field=value` for each. What is trained with log, checkpoints and `--resume` is a ``TrainingSystem`` instead.
public protocol PipelineCommand: Sendable {
  associatedtype Output: Sendable

  init()

  /// The pipeline, declared anew for each command.
  var pipeline: Pipeline<Output> { get throws }
}

extension PipelineCommand {
  /// Parses the process's arguments, runs the command they name, and ends the process with its exit code.
  public static func main() async {
    await OwnPipeline<Self>.main()
  }
}

/// The root command of a program with one pipeline.
struct OwnPipeline<Program: PipelineCommand>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "\(Program.self)", abstract: "Runs the pipeline of \(Program.self).",
      subcommands: [OwnTrain<Program>.self, OwnGraph<Program>.self, OwnProfile<Program>.self])
  }
}
