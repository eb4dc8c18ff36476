internal import SluiceCheckpoints
package import SluiceModels
internal import SluicePlatform
package import SluiceText
internal import SluiceTraining

/// What `--clip` names: a CLIP's weights, the sizes they tell, and the merges beside them.
package struct CLIPFile: Sendable {
  /// The names under which merges are found beside weights, the first that is there.
  static let mergesNames = ["merges.txt.gz", "merges.txt", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"]
  /// The weights of a folder that `sluice weights make clip` wrote.
  static let weightsName: String = "model.safetensors"

  /// The file of weights.
  package let path: String
  package let configuration: CLIPConfiguration
  /// The merges that lie beside the weights; `nil` if none do.
  package let merges: Merges?

  /// Opens a file or a folder.
  /// - Throws: ``RunError`` if it is not there, or a folder without weights; an error that says what is damaged, or which other
  ///   network it is.
  package init(opening path: String) throws {
    let folder: String
    switch FileKind(at: path) {
    case .folder?:
      folder = path
      self.path = "\(path)/\(CLIPFile.weightsName)"
      guard FileKind(at: self.path) == .file else {
        throw RunError(
          .weights,
          "--clip \(path): there is no \(CLIPFile.weightsName) in this folder. Name a file such as ViT-B-32.pt, or a folder of "
            + "'sluice weights make clip'.")
      }
    case .file?:
      self.path = path
      folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    default:
      throw RunError(
        .weights,
        "--clip \(path): there is no such file. Name an archive such as ViT-B-32.pt; 'sluice weights make clip --out clip-small "
          + "--size small' makes a small one of random numbers.")
    }
    let tensors = try PublishedWeights(opening: self.path).tensors()
    configuration = try CLIPConfiguration(of: tensors.tensors, in: self.path)
    let beside = CLIPFile.mergesNames.map { "\(folder)/\($0)" }.first { FileKind(at: $0) == .file }
    merges = try beside.map { try Merges(contentsOf: $0) }
  }

  /// Refuses positions for another number of patches than `towers` see, unless they are to be resized.
  /// - Throws: ``RunError`` that names both grids.
  func requireGrid(of towers: CLIPConfiguration, resizes: Bool) throws(RunError) {
    let (own, wanted) = (configuration.patchesPerSide, towers.patchesPerSide)
    guard own != wanted, !resizes else { return }
    throw RunError(
      .weights,
      "--clip \(path) has positions for \(own)×\(own) patches, those of images of \(configuration.imageSize) pixels; images of "
        + "\(towers.imageSize) have \(wanted)×\(wanted). Leave recipe.imageSize out, or resize the positions by "
        + "--resize-positions.")
  }
}
