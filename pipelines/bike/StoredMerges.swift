internal import SluicePlatform
public import SluiceText
internal import SluiceTraining

/// The merges that a run keeps in its directory, so that tuning, evaluating and predicting need none.
///
/// ```swift
/// let merges = try StoredMerges(of: "runs/bike")?.merges
/// ```
public struct StoredMerges: Sendable {
  public let merges: Merges
  /// The file: `runs/bike/merges.txt`.
  public let path: String

  /// Finds the merges of a run, of one of its checkpoints or of a checkpoint's file; `nil` where none are kept.
  /// - Throws: an error that says what is wrong with the file.
  public init?(of path: String) throws {
    guard let run = RunDirectory(around: path), FileKind(at: run.merges) == .file else { return nil }
    merges = try Merges(contentsOf: run.merges)
    self.path = run.merges
  }

  /// - Throws: ``RunError`` with the first difference, if the merges of `name` are others.
  func require(_ other: Merges, of name: String) throws(RunError) {
    guard let difference = other.firstDifference(from: merges) else { return }
    throw RunError(
      .configuration,
      "\(name) has other merges than those that the weights were trained with: \(difference). Leave the option out: the run "
        + "keeps its own.")
  }
}

extension RunDirectory {
  /// The run that a path is in: its own, that of one of its checkpoints, or of a checkpoint's file; `nil` if there is none.
  init?(around path: String) {
    var folder = path
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    // RUN, RUN/checkpoints/step-000040, RUN/checkpoints/step-000040/parameters.safetensors
    for levels in [0, 2, 1] {
      for _ in 0..<levels { folder = RunDirectory.parent(of: folder) }
      let run = RunDirectory(path: folder)
      if run.holdsRun {
        self = run
        return
      }
    }
    return nil
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension RunRequest {
  /// The merges of a run's texts: those that the run keeps which goes on, or those that its weights were trained with, or
  /// what `--merges` names, or what lies beside `--clip`.
  /// - Parameter clip: what `--clip` names, if that is read.
  /// - Throws: ``RunError`` if there are none, or not those that the weights know; an error that says what is wrong with the
  ///   file.
  func merges(beside clip: CLIPFile?) throws -> Merges {
    let kept = try ([runDirectory].compactMap(\.self) + weightPaths).lazy.compactMap { try StoredMerges(of: $0) }.first
    let named = try merges.map { try Merges(contentsOf: $0) }
    if let kept {
      if let merges, let named { try kept.require(named, of: "--merges \(merges)") }
      if let path = self.clip, named == nil, let beside = clip?.merges {
        try kept.require(beside, of: "--clip \(path)")
      }
      return kept.merges
    }
    if let found = named ?? clip?.merges { return found }
    throw RunError(
      .configuration,
      "no merges: name those that the text tower was trained with, such as bpe_simple_vocab_16e6.txt.gz, by --merges. A run "
        + "keeps its own, and so does a folder of 'sluice weights make clip'.")
  }
}
