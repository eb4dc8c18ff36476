internal import ArgumentParser
internal import SluiceCheckpoints
internal import SluicePlatform

/// `sluice weights convert`: writes any readable file as safetensors.
struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a weight file as safetensors, with other names and element types where asked.",
    discussion: """
      The output holds the old content or all of the new, never a part. One tensor is in memory at a time.

      With --map the tensors get a model's names, and values where the layout changes them; with --like they are fitted \
      to a model's shapes too: filters of images inflated, tables of positions resized. Tensors of kinds that are not \
      read are named and left out.

      Example: sluice weights convert a.pth --map timesformer/vtp --type bf16 --out b.safetensors
      """)

  @Argument(help: "A weight file, or the directory of a checkpoint.")
  var file: String

  @Option(help: "The safetensors file to write.")
  var out: String

  @Option(help: "Element type of floating-point tensors: f64, f32, f16, bf16. Kept as it is if not given.")
  var type: String?

  @OptionGroup var layout: LayoutOptions

  @Option(help: "Leaves out tensors whose name in the file matches; * stands for any run of characters.")
  var leaveOut: [String] = []

  func validate() throws { _ = try elementType() }

  func run() throws {
    let weights = try PublishedWeights(opening: file)
    let (source, name) = try layout.open(file, leavingOut: leaveOut)
    guard !source.tensors.isEmpty else {
      for line in notRead(weights.source, but: leaveOut) { Console.note(line) }
      throw CheckpointError(.absent, file: file, "no tensor is left to be written")
    }
    let type = try elementType()
    let contents = source.tensors.map { TensorContent($0.name, copying: $0, of: source, as: type) }
    let metadata = (weights.source as? SafetensorsFile)?.metadata ?? ["format": "pt"]
    try SafetensorsFile.write(contents, metadata: metadata, to: out)
    let mapped = source as? MappedSource
    let renamed = source.tensors.count { mapped?.stored($0.name) ?? [$0.name] != [$0.name] }
    let used = Set(source.tensors.flatMap { mapped?.stored($0.name) ?? [$0.name] })
    Console.note(
      "\(out): \(source.tensors.count) tensors written, \(renamed) renamed\(name.map { " (layout \($0))" } ?? ""), "
        + "\(weights.source.tensors.count - used.count) left out")
    for line in notRead(weights.source, but: leaveOut) { Console.note(line) }
  }

  /// One line for each tensor of a kind that is not read.
  private func notRead(_ source: any TensorSource, but leftOut: [String]) -> [String] {
    let patterns = leftOut.map(NamePattern.init)
    return ((source as? PyTorchFile)?.unreadable ?? [:]).sorted { $0.key < $1.key }
      .filter { tensor in !patterns.contains { $0.matches(tensor.key) } }
      .map { "not read, not written: \($0.key) is \($0.value)" }
  }

  private func elementType() throws -> StoredType? {
    guard let type else { return nil }
    guard let found = StoredType(rawValue: type.uppercased()), found.isFloatingPoint else {
      throw ValidationError("There is no floating-point type \(type): known are f64, f32, f16, bf16.")
    }
    return found
  }
}
