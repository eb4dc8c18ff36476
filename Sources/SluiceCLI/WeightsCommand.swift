public import ArgumentParser

/// `sluice weights`: looks at weight files, converts and compares them.
public struct WeightsCommand: ParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "weights",
    abstract: "Looks at weight files, converts and compares them, without ever running what is inside.",
    discussion: """
      Reads safetensors, PyTorch files (.pth, .pt, .pkl: zip and legacy containers, whole modules, TorchScript) and \
      checkpoint directories. The content decides, not the name. What training tools put around a model (state_dict/, \
      model., module., _orig_mod. …) is taken off to any depth where a layout is asked for.

      Example: sluice weights info runs/maskfeat-1/checkpoints/step-000400
      """,
    subcommands: [
      WeightsInfoCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self, WeightsLayoutsCommand.self,
      WeightsMakeCommand.self,
    ])

  public init() {}
}
