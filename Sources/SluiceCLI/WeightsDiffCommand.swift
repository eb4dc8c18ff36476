internal import ArgumentParser
internal import SluiceBench
internal import SluiceCheckpoints
internal import SluicePlatform

/// `sluice weights diff`: compares two files tensor by tensor.
struct WeightsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two weight files by names, shapes and values; exits 1 if they differ.",
    discussion: """
      Element types may differ: values are compared as numbers. --map, --like and --weights are about the first file.

      Example: sluice weights diff before.pth after.safetensors --map timesformer/vtp
      """)

  @Argument(help: "The first file, or the directory of a checkpoint.")
  var first: String

  @Argument(help: "The second file, or the directory of a checkpoint.")
  var second: String

  @OptionGroup var layout: LayoutOptions

  @Option(
    help: "Values may differ by this share of the greatest value of the first file's tensor.",
    in: NumberRange(0...1e9))
  var tolerance: Double = 0

  @Flag(help: "Prints JSON.")
  var json = false

  func run() throws {
    let differences = try TensorDifference.between(
      try layout.open(first).source, try openWeights(second)
    )
    .filter { difference in
      if case .values(_, _, let relative) = difference.kind { relative > tolerance } else { true }
    }
    if json {
      Console.print(try JSONValue.array(differences.map(jsonReport)).json(pretty: true))
    } else {
      var table = TextTable { _ in true }
      for difference in differences { table.add([difference.name, text(difference.kind)]) }
      for line in table.lines { Console.print(line) }
      Console.note(differences.isEmpty ? "no differences" : "\(differences.count) tensors differ")
    }
    if !differences.isEmpty { throw ExitCode(1) }
  }

  private func text(_ kind: TensorDifference.Kind) -> String {
    switch kind {
    case .onlyInFirst: "only in \(first)"
    case .onlyInSecond: "only in \(second)"
    case .shape(let a, let b): "shape \(a) and \(b)"
    case .values(let count, let largest, let relative):
      "\(count) values differ, by at most \(Float(largest)) (\(Float(relative)) of the greatest)"
    }
  }

  private func jsonReport(_ difference: TensorDifference) -> JSONValue {
    var entry: [String: JSONValue] = ["name": .string(difference.name)]
    switch difference.kind {
    case .onlyInFirst: entry["kind"] = "only in first"
    case .onlyInSecond: entry["kind"] = "only in second"
    case .shape(let a, let b):
      entry["kind"] = "shape"
      entry["first"] = .array(a.map { .integer($0) })
      entry["second"] = .array(b.map { .integer($0) })
    case .values(let count, let largest, let relative):
      entry["kind"] = "values"
      entry["count"] = .integer(count)
      entry["largest"] = largest.isFinite ? .number(largest) : .null
      entry["relative"] = relative.isFinite ? .number(relative) : .null
    }
    return .object(entry)
  }
}
