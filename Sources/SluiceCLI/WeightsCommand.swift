public import ArgumentParser
internal import SluiceCheckpoints
internal import SluicePlatform

/// `sluice weights`: looks at weight files, converts and compares them.
public struct WeightsCommand: ParsableCommand {
  public static let configuration: CommandConfiguration = CommandConfiguration(
    commandName: "weights",
    abstract: "Looks at weight files, converts and compares them, without ever running what is inside.",
    discussion: """
      Reads safetensors, PyTorch files (.pth, .pt, .pkl: zip and legacy containers, whole modules, TorchScript) and
      checkpoint directories. The content decides, not the name.

      Example: sluice weights info runs/maskfeat-1/checkpoints/step-000400
      """,
    subcommands: [WeightsInfoCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self])

  public init() {}
}

/// The layout of a file's names, chosen by name.
struct KeyMapOption: ParsableArguments {
  @Option(
    name: .customLong("map"),
    help: "The layout of the file's names: \(KeyMap.published.map(\.name).joined(separator: ", ")).")
  var name: String = KeyMap.identity.name

  func map() throws -> KeyMap {
    if let map = KeyMap.named(name) { return map }
    let names = KeyMap.published.map(\.name)
    let nearest = nearestName(to: name, among: names).map { "the nearest is \($0); " } ?? ""
    throw ValidationError("There is no layout \(name): \(nearest)known are \(names.joined(separator: ", ")).")
  }

  func validate() throws { _ = try map() }
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

/// A number of bytes for people: `12.3 MB`.
func byteText(_ count: Int) -> String {
  var value = Double(count)
  var units = ["bytes", "kB", "MB", "GB", "TB", "PB"][...]
  while value >= 1000, units.count > 1 {
    value /= 1000
    units.removeFirst()
  }
  let rounded = (value * 10).rounded() / 10
  return units.first == "bytes" ? "\(count) bytes" : "\(rounded) \(units.first ?? "")"
}
