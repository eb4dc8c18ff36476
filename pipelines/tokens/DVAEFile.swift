internal import FoundationEssentials
internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluiceTraining

/// Files of DALL-E's encoder: where they are, and the sizes that they have.
enum DVAEFile {
  private static let names = ["safetensors", "pkl", "pth", "pt"].map { "encoder.\($0)" }

  /// The layouts in which files have the encoder beside its own names.
  static let layouts: [KeyMap] = KeyMap.published.filter { $0.name == "bevt-tokenizer" }

  /// The file at `path`, or the encoder's in the folder there.
  /// - Throws: ``RunError`` if a folder has none.
  static func encoder(at path: String) throws(RunError) -> String {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return path }
    guard let name = names.first(where: { FileManager.default.fileExists(atPath: "\(path)/\($0)") }) else {
      throw RunError(
        .weights, "\(path): the folder has none of \(names.joined(separator: ", ")). Name the file of the encoder.")
    }
    return "\(path)/\(name)"
  }

  /// The sizes of the encoder that a file has.
  /// - Throws: ``RunError`` if it is a decoder, or nothing of the kind.
  static func configuration(of weights: PublishedWeights) throws(RunError) -> DVAEConfiguration {
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
        .weights, "\(weights.path) is no encoder of DALL-E's: it has no blocks.input.w. Name the file of the encoder.")
    }
    // The decoder's first convolution reads words.
    guard input[1] == 3 else {
      throw RunError(.weights, "\(weights.path) is a decoder; the encoder is wanted. Name the other file.")
    }
    var configuration = DVAEConfiguration()
    (configuration.vocabularySize, configuration.width) = (output[0], input[0])
    var blocks = 0
    while shape("blocks.group_1.block_\(blocks + 1).res_path.conv_1.w") != nil { blocks += 1 }
    configuration.blockCount = max(blocks, 1)
    return configuration
  }
}
