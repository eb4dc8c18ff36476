internal import SluiceCheckpoints
internal import SluiceModels
internal import SluicePlatform
internal import SluiceText
internal import SluiceTraining

/// What `--clip` names: the weights of two towers, their sizes, and the merges that lie beside them.
struct CLIPFile: Sendable {
  /// The file of weights.
  let path: String
  /// The towers' sizes.
  let configuration: CLIPConfiguration
  /// The merges beside the weights; `nil` if there are none.
  let merges: Merges?

  /// Opens a file, or the one in a folder.
  /// - Throws: an error that says what of it is missing, damaged or of another kind.
  init(opening path: String) throws {
    let isFolder = FileKind(at: path) == .folder
    let folder = isFolder ? path : path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    self.path = isFolder ? path + "/model.safetensors" : path
    let weights = try PublishedWeights(opening: self.path)
    configuration = try CLIPConfiguration(of: weights.source.tensors, in: self.path)
    let names = ["merges.txt.gz", "bpe_simple_vocab_16e6.txt.gz"].map { folder + "/" + $0 }
    merges = try names.first { FileKind(at: $0) == .file }.map { try Merges(contentsOf: $0) }
  }
}
