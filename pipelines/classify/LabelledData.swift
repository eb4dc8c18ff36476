internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards

/// The clips a classifier is trained or judged on, and the classes they are of.
package struct LabelledData {
  let clips: Clips
  /// The classes by name; empty where only numbers are known.
  let classes: ClassMap
  let classCount: Int

  /// What `--data` and `--classes` name.
  /// - Parameters:
  ///   - classCount: classes told apart; clips of further ones are left out. As many as there are if `nil`.
  ///   - perClass: clips of each class that are used; all if `nil`.
  ///   - draw: which of them, with every choice equally likely; the first if `nil`.
  /// - Throws: an error that names list and line for a class that is not known, or says that a class has no clip.
  init(_ request: RunRequest, classCount: Int? = nil, perClass: Int? = nil, draw: Int? = nil) throws {
    let list = try request.list(of: request.data)
    let map = try request.classMap() ?? list.ownClasses(name: request.data.first ?? "list")
    let clips = try request.clips(of: request.data, classMap: map)
    classes = map ?? ClassMap(numbers: [:])
    guard !request.data.isEmpty else {
      self.clips = clips
      // Nothing is trained without data, but a graph can be drawn: of the published classifier's head.
      self.classCount = classCount ?? (map.map { max($0.classCount, 2) } ?? 400)
      return
    }
    let labels = try (0..<clips.count).map { try clips.labels(of: $0) }
    let largest = labels.lazy.compactMap { $0.count == 1 ? $0[0] : nil }.max()
    guard let largest else {
      throw RunError(
        .data, "\(request.data.joined(separator: ", ")): no clip has one class. Write 'path label' on each line.")
    }
    self.classCount = classCount ?? max(map?.classCount ?? 0, largest + 1, 2)
    let places = LabelledData.places(of: labels, classCount: classCount, perClass: perClass, draw: draw)
    self.clips = clips.selecting(places)
  }

  /// The clips that are kept; `nil` for all.
  ///
  /// Clips without exactly one class stay, to be counted as failing.
  package static func places(of labels: [[Int]], classCount: Int?, perClass: Int?, draw: Int?) -> [Int]? {
    guard classCount != nil || perClass != nil else { return nil }
    var kept: [Int] = []
    var places: [Int: [Int]] = [:]
    for (place, labels) in labels.enumerated() {
      if labels.count != 1 { kept.append(place) } else { places[labels[0], default: []].append(place) }
    }
    for (label, places) in places where label < classCount ?? .max {
      kept += chosen(perClass ?? places.count, of: places, label: label, draw: draw)
    }
    return kept.sorted()
  }

  /// So many of a class's clips.
  private static func chosen(_ count: Int, of places: [Int], label: Int, draw: Int?) -> some Sequence<Int> {
    guard let draw else { return places.prefix(count) }
    var (places, random) = (places, KeyedRandom(seed: UInt64(draw), epoch: 0, sample: label, stage: "labelled clips"))
    let wanted = min(count, places.count)
    for place in 0..<wanted { places.swapAt(place, random.integer(in: place...places.count - 1)) }
    return places.prefix(wanted)
  }
}

extension RunRequest {
  /// The clips of all lists and shard sets among `paths`, of the classes that `tuning` tells apart.
  /// - Throws: ``RunError`` if they name classes that the classifier only knows by number.
  func labelledClips(of paths: [String], for tuning: FineTuning) throws -> Clips {
    let map = try classMap() ?? (tuning.classes.numbers.isEmpty ? nil : tuning.classes)
    if map == nil, let names = try list(of: paths).ownClasses(name: paths.first ?? "list") {
      throw RunError(
        .data,
        "\(paths.joined(separator: ", ")) names classes (\(names.name(of: 0)), …), the classifier knows them by number "
          + "only. Say with --classes which name is which number.")
    }
    return try clips(of: paths, classMap: map)
  }
}
