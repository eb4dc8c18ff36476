internal import FoundationEssentials
internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluiceTraining

/// A half of DALL-E's autoencoder as a file: where it is, and the sizes that it has.
enum DVAEFile: String {
  case encoder
  case decoder

  private var names: [String] { ["safetensors", "pkl", "pth", "pt"].map { "\(rawValue).\($0)" } }

  /// The layouts in which files have it beside its own names.
  var layouts: [KeyMap] { self == .encoder ? KeyMap.published.filter { $0.name == "bevt-tokenizer" } : [] }

  /// The file at `path`, or this half's in the folder there.
  /// - Throws: ``RunError`` if a folder has none.
  func file(at path: String) throws(RunError) -> String {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return path }
    guard let name = names.first(where: { FileManager.default.fileExists(atPath: "\(path)/\($0)") }) else {
      throw RunError(
        .weights, "\(path): the folder has none of \(names.joined(separator: ", ")). Name the file of the \(rawValue).")
    }
    return "\(path)/\(name)"
  }

  /// This half beside the other one: in the folder of a file, or in that folder.
  /// - Throws: ``RunError`` if there is none.
  func beside(_ path: String) throws(RunError) -> String {
    var isFolder = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !isFolder else { return try file(at: path) }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return try file(at: folder.isEmpty ? "/" : folder)
  }

  /// A network of the sizes of what a file has.
  /// - Throws: ``RunError`` if it is the other half or nothing of the kind, or its sizes are impossible.
  func network<Network>(
    of weights: PublishedWeights, _ make: (DVAEConfiguration) throws(ModelError) -> Network
  ) throws(RunError) -> Network {
    let configuration = try configuration(of: weights)
    do { return try make(configuration) } catch { throw RunError(.weights, "\(weights.path): \(error)") }
  }

  private func configuration(of weights: PublishedWeights) throws(RunError) -> DVAEConfiguration {
    func shape(_ name: String) -> [Int]? {
      let info = weights.source.tensors.first { info in
        info.name == name || info.name.hasSuffix(".\(name)") || info.name.hasSuffix("/\(name)")
      }
      return info?.shape
    }
    guard let input = shape("blocks.input.w"), let output = shape("blocks.output.conv.w"), input.count == 4,
      output.count == 4
    else {
      throw RunError(
        .weights,
        "\(weights.path) is no \(rawValue) of DALL-E's: it has no blocks.input.w. Name the file of the \(rawValue).")
    }
    // The encoder's first convolution reads colors, the decoder's words.
    let found: DVAEFile = input[1] == 3 ? .encoder : .decoder
    guard found == self else {
      let article = found == .encoder ? "an" : "a"
      throw RunError(
        .weights, "\(weights.path) is \(article) \(found.rawValue); the \(rawValue) is wanted. Name the other file.")
    }
    var configuration = DVAEConfiguration()
    switch self {
    case .encoder: (configuration.vocabularySize, configuration.width) = (output[0], input[0])
    case .decoder:
      (configuration.vocabularySize, configuration.wordWidth, configuration.width) = (input[1], input[0], output[1])
    }
    var blocks = 0
    while shape("blocks.group_1.block_\(blocks + 1).res_path.conv_1.w") != nil { blocks += 1 }
    configuration.blockCount = max(blocks, 1)
    return configuration
  }
}
