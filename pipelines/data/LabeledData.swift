internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTraining

/// The clips a classifier is trained or evaluated on, and the classes they are of.
package struct LabeledData {
  let clips: Clips
  /// The classes by name; empty where only numbers are known.
  let classes: ClassMap
  let classCount: Int
  /// What is odd about the labels though they can be used.
  let notes: [String]

  /// What `--data` and `--classes` name.
  /// - Parameters:
  ///   - classCount: classes there are; as many as there are if `nil`.
  ///   - perClass: clips of each class that are used; all if `nil`.
  ///   - draw: which of them, with every choice equally likely; the first if `nil`.
  /// - Throws: an error that names list and line of the first clip without one class, or with one that is not among the
  ///   classes.
  init(_ request: RunRequest, classCount: Int? = nil, perClass: Int? = nil, draw: Int? = nil) throws {
    let (list, sets) = (try request.list(of: request.data), try request.shardSets(of: request.data))
    let space = try ClassSpace(
      of: list, shards: sets, map: try request.classMap(), count: classCount,
      origin: classCount.map { "model.classCount=\($0)" } ?? request.classesOrigin)
    classes = space.map
    let clips = try Clips(videos: list, shards: sets, classes: space, wanting: .one)
    guard !request.data.isEmpty else {
      self.clips = clips
      // Nothing is trained without data, but a graph can be drawn: of the published classifier's head.
      self.classCount = classCount ?? (space.map.isEmpty ? 400 : max(space.count, 2))
      notes = []
      return
    }
    self.classCount = max(space.count, 2)
    let labels = ClassLabels(try (0..<clips.count).map { try clips.labels(of: $0) })
    notes = list.notes + space.notes(on: labels)
    self.clips = clips.selecting(LabeledData.indices(of: labels, perClass: perClass, draw: draw))
  }

  /// The clips that are kept; `nil` for all.
  ///
  /// Clips without exactly one class stay.
  package static func indices(of labels: some Collection<[Int]>, perClass: Int?, draw: Int?) -> [Int]? {
    guard let perClass else { return nil }
    var kept: [Int] = []
    var indices: [Int: [Int]] = [:]
    for (index, labels) in labels.enumerated() {
      if labels.count != 1 { kept.append(index) } else { indices[labels[0], default: []].append(index) }
    }
    for (label, indices) in indices { kept += chosen(perClass, of: indices, label: label, draw: draw) }
    return kept.sorted()
  }

  /// So many of a class's clips.
  private static func chosen(_ count: Int, of indices: [Int], label: Int, draw: Int?) -> some Sequence<Int> {
    guard let draw else { return indices.prefix(count) }
    var (indices, random) = (indices, KeyedRandom(seed: UInt64(draw), epoch: 0, sample: label, stage: "labelled clips"))
    let wanted = min(count, indices.count)
    for index in 0..<wanted { indices.swapAt(index, random.integer(in: index...indices.count - 1)) }
    return indices.prefix(wanted)
  }
}

extension RunRequest {
  /// The clips of all lists and shard sets among `paths`, each of one of the classes that `tuning` knows.
  /// - Throws: an error that names list and line, or set and clip, of the first that is not.
  func labeledClips(of paths: [String], for tuning: FineTuning) throws -> Clips {
    let map = try classMap() ?? tuning.classes
    var space = ClassSpace(
      map: map, count: tuning.classifier.classCount,
      origin: classes ?? classesOrigin ?? (map.isEmpty ? "the classifier" : "the training data"))
    space.listNames = listNames
    return try Clips(videos: list(of: paths), shards: shardSets(of: paths), classes: space, wanting: .one)
  }
}
