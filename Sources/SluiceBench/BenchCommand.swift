public import ArgumentParser

/// `sluice bench`: the project's own benchmarks.
public struct BenchCommand: AsyncParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures Sluice; --json writes rows that can be compared with other programs'.",
    discussion: "Example: sluice bench shards --corpus corpus --quick",
    subcommands: [
      BenchDecodeCommand.self, BenchHogCommand.self, BenchAugmentCommand.self, BenchInputCommand.self,
      BenchShardsCommand.self, OpsBench.self,
      TrainBench.self, BenchFlowCommand.self,
    ])

  public init() {}
}
