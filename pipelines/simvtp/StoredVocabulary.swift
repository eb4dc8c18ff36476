internal import SluicePlatform
public import SluiceText
public import SluiceTraining

/// The vocabulary that a run keeps in its directory, so that tuning, evaluating and showing need none.
///
/// ```swift
/// let words = try StoredVocabulary(of: "runs/pre")?.vocabulary
/// ```
public struct StoredVocabulary: Sendable {
  public let vocabulary: Vocabulary
  /// The file: `runs/pre/vocab.txt`.
  public let path: String

  /// Finds the vocabulary of a run, of one of its checkpoints or of a checkpoint's file; `nil` where none is kept.
  /// - Throws: an error that says what is wrong with the file.
  public init?(of path: String) throws {
    var folder = path
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    // RUN, RUN/checkpoints/step-000040, RUN/checkpoints/step-000040/parameters.safetensors
    for levels in [0, 2, 1] {
      for _ in 0..<levels { folder = StoredVocabulary.parent(of: folder) }
      let run = RunDirectory(path: folder)
      guard run.holdsRun, FileKind(at: run.vocabulary) == .file else { continue }
      vocabulary = try Vocabulary(contentsOf: run.vocabulary)
      self.path = run.vocabulary
      return
    }
    return nil
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// - Throws: ``RunError`` with the first difference, if the vocabulary at `path` is another one.
  func require(_ other: Vocabulary, at path: String) throws(RunError) {
    guard let difference = other.firstDifference(from: vocabulary) else { return }
    throw RunError(
      .configuration,
      "--vocab \(path) is another vocabulary than the one that the weights were trained with: \(difference). Leave --vocab "
        + "out: the run keeps its own.")
  }
}

extension RunRequest {
  /// This request as one to go on with a run: what it does not say is taken from the run, and so is its vocabulary.
  /// - Throws: ``RunError`` if there is no run, or another vocabulary is asked for.
  public func continuing(_ run: RunDirectory) throws -> RunRequest {
    let stored = try StoredConfiguration(of: run)
    if let path = vocabulary, let kept = try StoredVocabulary(of: run.path) {
      try kept.require(Vocabulary(contentsOf: path), at: path)
    }
    var request = completed(by: stored.request)
    request.knownValues = stored.knownValues
    request.runDirectory = run.path
    return request
  }
}
