internal import ArgumentParser
internal import SluiceCheckpoints
internal import SluiceModels
internal import SluicePlatform

/// `sluice weights info`: names, shapes and types.
struct WeightsInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Lists the tensors of a file: names, element types, shapes.",
    discussion: """
      Says too which layout the names have, where averaged copies are, and what is not read. With --map or --like it \
      lists what a model would get.

      Example: sluice weights info encoder.pkl --statistics
      """)

  @Argument(help: "A weight file, or the directory of a checkpoint.")
  var file: String

  @OptionGroup var layout: LayoutOptions

  @Flag(help: "Also reads the values: least, greatest, mean, deviation, and how many are not finite.")
  var statistics = false

  @Flag(help: "Prints JSON.")
  var json = false

  func run() throws {
    let weights = try PublishedWeights(opening: file, choice: layout.choice)
    let source = try layout.open(file).source
    if json {
      Console.print(try jsonReport(source, of: weights).json(pretty: true))
    } else {
      for line in try textReport(source, of: weights) { Console.print(line) }
    }
  }

  private func textReport(_ source: any TensorSource, of weights: PublishedWeights) throws -> [String] {
    let values = source.tensors.reduce(0) { $0 + $1.elementCount }
    let size = source.tensors.reduce(0) { $0 + $1.byteCount }
    var lines = [
      "\(source.path): \(formatName(weights.source)), \(source.tensors.count) tensors, \(values) values, \(size.byteText)"
    ]
    // Statistics are numbers.
    var table = TextTable { $0 < 3 }
    table.add(
      ["name", "type", "shape"]
        + (statistics ? ["least", "greatest", "mean", "deviation", "zero", "NaN", "infinite"] : []))
    for tensor in source.tensors {
      var row = [tensor.name, tensor.type.rawValue, "\(tensor.shape)"]
      if statistics {
        let found = try TensorStatistics(tensor.name, of: source)
        row += [found.least, found.greatest, found.mean, found.deviation].map { $0.map(shortText) ?? "-" }
        row += [found.zeroCount, found.notANumberCount, found.infiniteCount].map { "\($0)" }
      }
      table.add(row)
    }
    lines += table.lines
    return lines + notes(weights)
  }

  /// What stands beside the tensors.
  private func notes(_ weights: PublishedWeights) -> [String] {
    var lines: [String] = []
    if let found = weights.recognized(among: KeyMap.all) {
      let place = found.prefix.isEmpty ? "" : " in \(found.prefix)"
      lines.append("layout: \(found.layout.name)\(place), which knows \(found.known) of \(found.count) kinds of names")
    }
    if let checkpoint = weights.checkpoint {
      let system = checkpoint.system.map { " of \($0)" } ?? ""
      lines.append("checkpoint\(system) after step \(checkpoint.position.step)")
      if checkpoint.hasAverage { lines.append("averaged copy: --weights ema reads it") }
    }
    lines += weights.averagedCopies.map { "averaged copy: \($0); --weights ema reads it" }
    if let file = weights.source as? SafetensorsFile {
      lines += file.metadata.sorted { $0.key < $1.key }.map { "metadata: \($0.key) = \($0.value)" }
    }
    guard let file = weights.source as? PyTorchFile else { return lines }
    lines += file.attributes.sorted { $0.key < $1.key }
      .map { "attribute: \($0.key) = \((try? $0.value.json()) ?? "\($0.value)")" }
    lines += file.objects.sorted { $0.key < $1.key }.map { "object: \($0.key) of \($0.value), never run" }
    return lines + file.unreadable.sorted { $0.key < $1.key }.map { "not read: \($0.key) is \($0.value)" }
  }

  private func jsonReport(_ source: any TensorSource, of weights: PublishedWeights) throws -> JSONValue {
    var tensors: [JSONValue] = []
    for tensor in source.tensors {
      var entry: [String: JSONValue] = [
        "name": .string(tensor.name), "type": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }),
      ]
      if statistics {
        let found = try TensorStatistics(tensor.name, of: source)
        entry["statistics"] = [
          "least": found.least.map { .number($0) } ?? .null, "greatest": found.greatest.map { .number($0) } ?? .null,
          "mean": .number(found.mean), "deviation": .number(found.deviation), "zero": .integer(found.zeroCount),
          "nan": .integer(found.notANumberCount), "infinite": .integer(found.infiniteCount),
        ]
      }
      tensors.append(.object(entry))
    }
    var report: [String: JSONValue] = [
      "file": .string(source.path), "format": .string(formatName(weights.source)), "tensors": .array(tensors),
    ]
    if let found = weights.recognized(among: KeyMap.all) {
      report["layout"] = ["name": .string(found.layout.name), "prefix": .string(found.prefix)]
    }
    report["averagedCopies"] = .array(weights.averagedCopies.map { .string($0) })
    if let file = weights.source as? SafetensorsFile {
      report["metadata"] = .object(file.metadata.mapValues { .string($0) })
    }
    if let file = weights.source as? PyTorchFile {
      report["attributes"] = .object(file.attributes.filter { $0.value.double?.isFinite ?? true })
      report["objects"] = .object(file.objects.mapValues { .string($0) })
      report["unreadable"] = .object(file.unreadable.mapValues { .string($0) })
    }
    return .object(report)
  }

  private func formatName(_ source: any TensorSource) -> String {
    (source as? PyTorchFile).map { "PyTorch (\($0.format.rawValue))" } ?? "safetensors"
  }

  /// A number with at most five digits, for a table.
  private func shortText(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var scale = 1.0
    while value.magnitude * scale < 1e4, scale < 1e12 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == 0 ? "\(Float(value))" : "\(rounded)"
  }
}
