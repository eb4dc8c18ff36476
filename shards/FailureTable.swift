internal import SluicePlatform

/// `failures.csv`: which lines of a list could not be stored, and why.
enum FailureTable {
  /// The failures of a set: each once, and none that was stored after all.
  ///
  /// Of a list that is known, only its own lines count, with the labels they have now.
  static func outstanding(
    _ shards: [ShardSummary], and others: [ClipFailure] = [], of list: ListedClips? = nil
  ) -> [ClipFailure] {
    var known = Set(shards.flatMap { $0.clips.map(\.description.key) })
    return (shards.flatMap(\.failures) + others).compactMap { failure in
      guard known.insert(failure.description.key).inserted else { return nil }
      guard let list else { return failure }
      return list[failure.description.key].map { ClipFailure(description: $0, reason: failure.reason) }
    }
  }

  static func csv(_ failures: [ClipFailure]) -> [UInt8] {
    var text = "path,start,end,labels,reason\n"
    for failure in failures {
      let description = failure.description
      let fields = [
        description.path, description.start.map { "\($0)" } ?? "", description.end.map { "\($0)" } ?? "",
        description.labels.map(String.init).joined(separator: " "), failure.reason,
      ]
      text += fields.map(\.csvField).joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }
}
