internal import SluiceDatasets
package import SluiceDecode
package import SluiceSamples

/// The captions of a set of videos: which belong to which, what they are as tokens, and which are padded alike.
package struct RetrievalTexts: Sendable {
  /// What each video is called.
  package let names: [String]
  /// The captions of each video.
  package let captions: [[String]]
  /// Where each video stands among all of them, by its number or its path.
  package let positions: [Int]
  /// Whether each caption is embedded by itself.
  package let isAlone: Bool
  private let ids: [[[Int]]]
  // Tokens that the captions of each video are filled up to.
  private let widths: [Int]
  private let padding: Int

  /// - Parameters:
  ///   - batchSize: so many videos that follow each other in the list have captions padded to one length.
  ///   - isAlone: whether each caption is embedded by itself, without padding.
  /// - Throws: ``DatasetListError`` that names the first video without a caption, or two that cannot be told apart.
  package init(
    of clips: Clips, _ encoding: TextEncoding, batchSize: Int, isAlone: Bool
  ) throws {
    self.isAlone = isAlone
    padding = encoding.padding
    names = (0..<clips.count).map(clips.name(of:))
    try clips.requireCaptions()
    captions = try (0..<clips.count).map { try clips.captions(of: $0) }
    positions = try VideoOrder(names).positions { index, reason in clips.error(about: index, reason) }
    let ids = captions.map { $0.map(encoding.ids) }
    let longest = ids.map { $0.map(\.count).max() ?? 0 }
    widths = longest.indices.map { index in
      let group = index / batchSize * batchSize
      return encoding.width ?? longest[group..<min(group + batchSize, longest.count)].max() ?? 0
    }
    self.ids = ids
  }

  /// The captions of some videos, one video after the other, in batches of one width.
  package func padded(of samples: [Int]) -> [PaddedTexts] {
    guard !isAlone else { return samples.flatMap { ids[$0] }.map { PaddedTexts(padding: [$0], with: padding) } }
    var batches: [(width: Int, texts: [[Int]])] = []
    for sample in samples {
      if batches.last?.width == widths[sample] {
        batches[batches.count - 1].texts += ids[sample]
      } else {
        batches.append((widths[sample], ids[sample]))
      }
    }
    return batches.map { PaddedTexts(padding: $0.texts, with: padding, to: $0.width) }
  }
}
