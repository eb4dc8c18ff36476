internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceSamples
internal import SluiceTraining

/// The sentence about a video as tokens, and the class that the video shows.
struct SentenceSample: Sendable {
  /// What messages call the video.
  let name: String
  /// Start, tokens, end, filled up with 0.
  let ids: [Int32]
  let label: Int
}

/// The sentences about the clips of lists: made of a file of attributes, without looking at a video.
struct AttributeSentences: Source {
  private let clips: Clips
  private let attributes: AttributesFile
  private let prompter: Prompter
  private let phraseCount: Int

  /// - Throws: ``DatasetListError`` with the line of the first clip of which the file has nothing.
  init(_ clips: Clips, _ attributes: AttributesFile, _ prompter: Prompter, phraseCount: Int) throws {
    (self.clips, self.attributes, self.prompter, self.phraseCount) = (clips, attributes, prompter, phraseCount)
    let missing = attributes.missing(of: (0..<clips.count).lazy.map(clips.listedPath))
    guard let first = missing.first else { return }
    throw clips.error(
      about: first,
      "\(attributes.origin) has no attributes of \(missing.count) of the \(clips.count) videos. The first is "
        + "“\(clips.listedPath(of: first))”; the file begins with “\(attributes.paths.first ?? "")”. Make them of this list by "
        + "'sluice attributes'")
  }

  var count: Int { clips.count }

  func name(of index: Int) -> String { clips.name(of: index) }

  func element(at index: Int, context: ElementContext) throws -> SentenceSample {
    // Each was found when the source was made.
    let sentence = attributes.sentence(for: clips.listedPath(of: index), top: phraseCount) ?? ""
    let labels = try clips.labels(of: index)
    return SentenceSample(
      name: clips.name(of: index), ids: try prompter.tokens(of: sentence), label: labels.first ?? 0)
  }
}

extension SentenceBatch {
  /// The sentences of some samples, one after the other.
  init(joining samples: [SentenceSample]) {
    self.init(ids: samples.flatMap(\.ids), labels: samples.map(\.label))
  }
}
