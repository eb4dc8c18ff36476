public import ArgumentParser
internal import SluiceBench
internal import SluicePlatform

/// The root of the command line: `sluice COMMAND`.
public struct SluiceCommand: AsyncParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Trains video transformers through declared pipelines.",
    version: SluiceVersion.text,
    subcommands: [
      DemoCommand.self,
      TrainCommand.self,
      EvalCommand.self,
      PredictCommand.self,
      ShowCommand.self,
      GraphCommand.self,
      ProfileCommand.self,
      CheckCommand.self,
      PreprocessCommand.self,
      ShardsCommand.self,
      FramesCommand.self,
      SynthCommand.self,
      VocabCommand.self,
      AttributesCommand.self,
      BenchCommand.self,
      WeightsCommand.self,
    ])

  public init() {}
}

extension SluiceCommand {
  /// Parses the process's arguments, runs the command they name, and ends the process with its exit code.
  public static func run() async {
    await main()
  }
}
