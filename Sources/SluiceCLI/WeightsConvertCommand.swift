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

      Example: sluice weights convert checkpoint.pth --map vtp --type bf16 --out model.safetensors
      """)

  @Argument(help: "A weight file, or the directory of a checkpoint.")
  var file: String

  @Option(help: "The safetensors file to write.")
  var out: String

  @Option(help: "Element type of floating-point tensors: f64, f32, f16, bf16. Kept as it is if not given.")
  var type: String?

  @OptionGroup var layout: KeyMapOption

  @Option(help: "Leaves out tensors whose name in the file matches; * stands for any run of characters.")
  var leaveOut: [String] = []

  func validate() throws { _ = try elementType() }

  func run() throws {
    let source = try openWeights(file)
    let leftOut = KeyMap("left out", "", leaveOut.map { .drop($0) })
    if let unreadable = (source as? PyTorchFile)?.unreadable,
      let first = unreadable.sorted(by: { $0.key < $1.key }).first,
      !leftOut.apply(to: Array(unreadable.keys)).names.isEmpty
    {
      throw CheckpointError(
        .unsupported, file: file,
        "\(first.key) is \(first.value), which is not read. Leave it out with --leave-out '\(first.key)'")
    }
    let map = try layout.map()
    let kept = leftOut.apply(to: source.tensors.map(\.name))
    let mapped = map.apply(to: kept.names.map(\.stored))
    guard mapped.collisions.isEmpty else {
      throw CheckpointError(
        .mismatched, file: file,
        "the layout \(map.name) gives several tensors the name \(mapped.collisions[0]). Use another with --map")
    }
    guard !mapped.names.isEmpty else {
      throw CheckpointError(.absent, file: file, "no tensor is left to be written")
    }
    let type = try elementType()
    let contents = try mapped.names.map {
      TensorContent($0.own, copying: try source.info($0.stored), of: source, as: type)
    }
    let metadata = (source as? SafetensorsFile)?.metadata ?? ["format": "pt"]
    try SafetensorsFile.write(contents, metadata: metadata, to: out)
    let renamed = mapped.names.count { $0.own != $0.stored }
    let dropped = source.tensors.count - mapped.names.count
    Console.note("\(out): \(mapped.names.count) tensors written, \(renamed) renamed, \(dropped) left out")
  }

  private func elementType() throws -> StoredType? {
    guard let type else { return nil }
    guard let found = StoredType(rawValue: type.uppercased()), found.isFloatingPoint else {
      throw ValidationError("There is no floating-point type \(type): known are f64, f32, f16, bf16.")
    }
    return found
  }
}
