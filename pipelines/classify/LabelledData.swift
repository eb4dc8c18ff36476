internal import SluiceData
internal import SluiceDecode
internal import SluiceShards

/// The clips a classifier is trained or judged on, and the classes they are of.
struct LabelledData {
  let clips: Clips
  /// The classes by name; empty where only numbers are known.
  let classes: ClassMap
  let classCount: Int

  /// What `--data` and `--classes` name.
  /// - Parameters:
  ///   - classCount: classes told apart; clips of further ones are left out. As many as there are if `nil`.
  ///   - perClass: the first clips of each class that are used; all if `nil`.
  /// - Throws: an error that names list and line for a class that is not known, or says that a class has no clip.
  init(_ request: RunRequest, classCount: Int? = nil, perClass: Int? = nil) throws {
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
    self.clips = clips.selecting(LabelledData.places(of: labels, classCount: classCount, perClass: perClass))
  }

  /// The clips that are kept; `nil` for all.
  ///
  /// Clips without exactly one class stay, to be counted as failing.
  private static func places(of labels: [[Int]], classCount: Int?, perClass: Int?) -> [Int]? {
    guard classCount != nil || perClass != nil else { return nil }
    var counts: [Int: Int] = [:]
    return labels.indices.filter { place in
      guard labels[place].count == 1 else { return true }
      let label = labels[place][0]
      counts[label, default: 0] += 1
      return label < classCount ?? .max && counts[label, default: 0] <= perClass ?? .max
    }
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
