public import SluiceDatasets
internal import SluicePlatform

// Pairs of a clip and its captions
extension Clips {
  /// A share of the clips, in their order: of the same clips with the same seed always the same ones.
  ///
  /// Every choice is equally likely, and what a smaller share has is part of a larger one.
  /// - Parameters:
  ///   - share: how many, above 0 and at most 1, rounded to whole clips; at least one.
  ///   - seed: which ones.
  /// - Throws: ``DatasetListError`` if `share` is no such number.
  public func selecting(share: Double, seed: UInt64) throws(DatasetListError) -> Clips {
    guard share > 0, share <= 1 else {
      throw DatasetListError(
        path: origin, line: nil, reason: "a share of \(share) of its samples; wanted: a number above 0 and at most 1")
    }
    let wanted = min(max(Int((share * Double(count)).rounded()), 1), count)
    guard wanted < count else { return self }
    var random = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "share")
    var indices = Array(0..<count)
    for index in 0..<wanted { indices.swapAt(index, random.integer(in: index...count - 1)) }
    return selecting(indices.prefix(wanted).sorted())
  }

  /// Checks before anything begins that every clip has a caption; an empty text is one.
  /// - Throws: ``DatasetListError`` with the line of the first without one; ``ShardError`` if a set is damaged.
  public func requireCaptions() throws {
    for index in 0..<count where try captions(of: index).isEmpty {
      let formats = AnnotationFormat.withCaptions.map(\.name).joined(separator: ", ")
      let labels = try labels(of: index)
      let numbers = labels.map(String.init).joined(separator: ", ")
      let found = labels.isEmpty ? "nothing but the video" : "the label \(numbers)"
      throw error(
        about: index,
        "no caption stands beside \(name(of: index)), but \(found); video and text are learned from pairs. Name a list "
          + "with captions (formats: \(formats)), or shards that were made of one")
    }
  }
}
