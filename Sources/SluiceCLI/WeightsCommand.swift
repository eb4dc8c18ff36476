public import ArgumentParser

/// `sluice weights`: looks at weight files, converts and compares them.
public struct WeightsCommand: ParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "weights",
    abstract: "Looks at weight files, converts and compares them, without ever running what is inside.",
    discussion: """
      Reads safetensors, PyTorch files (.pth, .pt, .pkl: zip and legacy containers, whole modules, TorchScript) and
      checkpoint directories. The content decides, not the name. What training tools put around a model (state_dict/,
      model., module., _orig_mod. …) is taken off to any depth where a layout is asked for.

      Example: sluice weights info runs/maskfeat-1/checkpoints/step-000400
      """,
    subcommands: [
      WeightsInfoCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self, WeightsLayoutsCommand.self,
    ])

  public init() {}
}

/// Columns of text, each as wide as its widest cell; columns of numbers are right-aligned.
func alignedColumns(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
  var widths: [Int] = []
  for row in rows {
    for (column, cell) in row.enumerated() {
      if column == widths.count { widths.append(0) }
      widths[column] = max(widths[column], cell.count)
    }
  }
  return rows.map { row in
    var line = ""
    for (column, cell) in row.enumerated() {
      let gap = String(repeating: " ", count: widths[column] - cell.count)
      line += (column > 0 ? "  " : "") + (rightAligned.contains(column) ? gap + cell : cell + gap)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
