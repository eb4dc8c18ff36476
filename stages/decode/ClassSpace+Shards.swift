public import SluiceDatasets
public import SluiceShards

extension ClipDescription {
  /// The part of the video that the list asked for.
  public var part: ClipPart? {
    if let start, let end { return .seconds(start..<end) }
    if let firstFrame { return .frames(firstFrame..<(endFrame ?? Int.max)) }
    return nil
  }
}

extension ShardSet {
  /// The names that the set's labels have; empty where it knows numbers only.
  /// - Throws: ``ShardError`` if its first shard is damaged; ``ClassMapError`` if a name comes twice.
  public func classMap() throws -> ClassMap {
    try ClassMap(names: try classNames())
  }
}

extension ClassSpace {
  /// The classes of a list and of shard sets that may decide about them themselves: see ``init(of:map:count:origin:)``.
  ///
  /// Without a map, the names of the first set that has some are those of all.
  /// - Throws: an error that names what contradicts.
  public init(
    of list: DatasetList, shards sets: [ShardSet], map: ClassMap? = nil, count: Int? = nil, origin: String? = nil
  ) throws {
    if let map, !map.isEmpty {
      self.init(map: map, count: count, origin: origin ?? "the class map")
      return
    }
    for set in sets {
      let map = try set.classMap()
      guard !map.isEmpty else { continue }
      self.init(map: map, count: count, origin: origin ?? set.path)
      return
    }
    let own = try ClassSpace(of: list, count: count, origin: origin)
    guard own.map.isEmpty, count == nil else {
      self = own
      return
    }
    var classCount = own.count
    for set in sets {
      for number in 0..<set.count {
        for label in try set.clip(number).info.description.labels { classCount = max(classCount, label + 1) }
      }
    }
    self.init(map: own.map, count: classCount, origin: list.items.isEmpty ? sets.first?.path ?? own.origin : own.origin)
  }

  /// The class numbers of every clip of a set: by the names of its classes, or by number where it has no names.
  /// - Throws: ``DatasetListError`` that names the set and the first clip without a usable label.
  public func labels(of set: ShardSet, wanting need: LabelNeed = .any) throws -> ClassLabels {
    let names = try set.classNames()
    // Numbers of sets begin at 0, whatever those of lists do.
    var space = ClassSpace(map: ClassMap(numbers: map.numbers), count: count, origin: origin)
    space.listNames = listNames.map { ClassMap(numbers: $0.numbers) }
    var labels = ClassLabels()
    for number in 0..<set.count {
      let description = try set.clip(number).info.description
      let written = description.labels.map { label -> DatasetLabel in
        guard !map.isEmpty, names.indices.contains(label), let name = names[label] else { return .number(label) }
        return .name(name)
      }
      do throws(LabelProblem) {
        labels.append(try space.numbers(of: written, wanting: need))
      } catch {
        throw DatasetListError(
          path: set.path, line: nil, reason: "clip \(number) (\(description.path)): \(error.reason)")
      }
    }
    return labels
  }
}
