internal import ArgumentParser
internal import SluiceFlow
internal import SluicePipelines
public import SluiceTraining

extension TrainingSystem {
  /// Parses the process's arguments, runs the command they name, and ends the process with its exit code: the command line
  /// of a program with one system of its own.
  ///
  /// ```swift
  /// @main struct MyRun: TrainingSystem {
  ///   struct Configuration: SystemConfiguration {
  ///     var peak = 1e-3
  ///     static var settings: [Setting<Self>] { [Setting("optimize.peak", \.peak, in: 0...1)] }
  ///   }
  ///
  ///   static let name = "my-run"
  ///   static let summary = "fits a line"
  ///   let configuration: Configuration
  ///   let pipeline: Pipeline<StepReport>
  ///   let trainable: TrainableState
  ///   let defaultEpochs = 5
  ///
  ///   init(_ configuration: Configuration, _ request: RunRequest) {
  ///     let model = Regressor()
  ///     let optimize = Optimize(model.parameters, .adamW(.constant(configuration.peak)))
  ///     self.configuration = configuration
  ///     trainable = optimize.state
  ///     pipeline = Pipeline(Self.name) {
  ///       PairedNumbers(count: 64).shuffled()
  ///       Step { Forward(model); Loss(MeanSquares()); optimize }
  ///     }
  ///   }
  /// }
  /// ```
  /// It has `train`, `eval`, `graph` and `profile`, with `--data`, `--val`, `--from`, `--set`, `--config` and `--resume` as
  /// `sluice` has them.
  public static func main() async {
    await SystemProgram<Self>.main()
  }
}

/// The root command of a program with one system.
struct SystemProgram<System: TrainingSystem>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: System.name, abstract: System.summary,
      subcommands: [
        SystemTrain<System>.self, SystemEval<System>.self, SystemGraph<System>.self, SystemProfile<System>.self,
      ])
  }
}

struct SystemTrain<System: TrainingSystem>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "train", abstract: "Trains; stops cleanly, resumes exactly.")
  }

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var lists: ListFormatArguments

  @OptionGroup
  var session: SessionArguments

  @Flag(help: "Takes one step and says what a run would be: parameters, operations, memory, graph.")
  var dryRun = false

  func run() async throws {
    try await TrainCommand.train(
      System.self, try arguments.request(for: System.self, listFormat: lists.format), session, isDryRun: dryRun)
  }
}

struct SystemEval<System: TrainingSystem>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "eval", abstract: "Evaluates what a run left.")
  }

  @OptionGroup
  var arguments: EvaluationArguments

  @OptionGroup
  var data: EvaluationData

  func run() async throws { try await EvalCommand.evaluate(System.self, arguments, data) }
}

struct SystemGraph<System: TrainingSystem>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "graph", abstract: "Prints the declared graph, or the settable fields.")
  }

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var output: GraphArguments

  func run() throws { try output.print(System.self, arguments) }
}

struct SystemProfile<System: TrainingSystem>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "profile", abstract: "Runs some steps and says where the time goes and what to change.")
  }

  @OptionGroup
  var arguments: RunArguments

  @OptionGroup
  var lists: ListFormatArguments

  @OptionGroup
  var output: ProfileArguments

  func run() async throws {
    try await ProfileCommand.profile(
      System.self, try arguments.request(for: System.self, listFormat: lists.format), output)
  }
}
