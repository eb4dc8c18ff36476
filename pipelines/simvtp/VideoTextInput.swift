internal import SluiceCheckpoints
internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceText
internal import SluiceTraining

/// What SimVTP's systems read: clips with captions, and the words of these.
struct VideoTextInput: Sendable {
  let clips: Clips
  let vocabulary: Vocabulary
  /// Words of the network's table.
  let vocabularySize: Int
  /// What the run keeps in its directory.
  let keptFiles: [String: String]
  /// What tells the run from runs with other words.
  let fixedParts: [String: String]
  private let toleratedFailures: Double

  /// - Parameter share: how many of the pairs are used.
  /// - Throws: an error that says which captions are missing, or what of the vocabulary does not fit.
  init(_ request: RunRequest, share: Double) throws {
    let named = try request.captionVocabulary()
    // Nothing is read by it; the table is that of the published network.
    vocabulary = try named ?? Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], origin: "none")
    vocabularySize = named?.count ?? 30_522
    keptFiles = named.map { [RunDirectory.vocabularyName: $0.fileText] } ?? [:]
    fixedParts = named.map { ["vocabulary": $0.identity] } ?? [:]
    clips = try request.clips(of: request.data).selecting(share: share, seed: request.seed ?? 0)
    try clips.requireCaptions()
    toleratedFailures = request.toleratedFailures
  }

  /// The data as a run stores it.
  func datasets() throws -> [String: DatasetManifest] {
    [RunDatasets.training: try clips.checkedManifest(tolerating: toleratedFailures)]
  }

  /// What is wrong with a table of words that has not one for each of the vocabulary's.
  func objection(to tensor: TensorInfo) -> String? {
    guard tensor.name.hasSuffix("word_embeddings.weight"), let rows = tensor.shape.first, rows != vocabularySize else {
      return nil
    }
    return
      "its table \(tensor.name) is of \(rows) words, and \(vocabulary.origin) has \(vocabularySize). Name the vocabulary "
      + "that the weights were trained with by --vocab."
  }
}

extension Vocabulary {
  /// What tells it from others: `400 tokens, 1a2b3c4d5e6f7a8b`.
  var identity: String { "\(count) tokens, \(SHA256.hexadecimal(of: Array(fileText.utf8)).prefix(16))" }
}

extension RunRequest {
  /// The vocabulary of a run's captions: the one that the run keeps which goes on, or the one that its weights were trained
  /// with, or what `--vocab` names; `nil` where graphs are drawn that read nothing.
  /// - Throws: ``RunError`` if there is none, or not the one that the weights know; an error that says what is wrong with the
  ///   file.
  func captionVocabulary() throws -> Vocabulary? {
    if let run = runDirectory, let kept = try StoredVocabulary(of: run) { return kept.vocabulary }
    let kept = try weightPaths.lazy.compactMap { try StoredVocabulary(of: $0) }.first
    guard let path = vocabulary else {
      if let kept { return kept.vocabulary }
      guard data.isEmpty, from == nil else {
        throw RunError(
          .configuration,
          "no vocabulary: name the words of captions by --vocab. 'sluice vocab LIST --out vocab.txt --size 400' learns some from "
            + "a list.")
      }
      return nil
    }
    let named = try Vocabulary(contentsOf: path)
    if let kept {
      try kept.require(named, at: path)
    } else {
      for weights in weightPaths { try named.requireIdentity(of: weights, at: path) }
    }
    return named
  }
}

extension Vocabulary {
  /// - Throws: ``RunError`` if the checkpoint at `weights`, whose run is elsewhere, was trained with another vocabulary.
  fileprivate func requireIdentity(of weights: String, at path: String) throws {
    guard let known = try StoredModel(opening: weights)?.values["run.vocabulary"], known != identity else { return }
    throw RunError(
      .weights,
      "\(weights) was trained with a vocabulary of \(known), and \(path) is one of \(identity). Name the one of its run."
    )
  }
}
