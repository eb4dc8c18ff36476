public import SluiceDatasets
public import SluiceFlow
public import SluiceSamples
public import SluiceShards

/// The clips of a shard set; nothing of a clip is read before its frames are asked for.
///
/// ```swift
/// Shards(try ShardSet("shards/k400")).shuffled()
/// ```
public struct Shards: LabeledSource {
  private let set: ShardSet
  // The clips in the order of the source; all of the set if `nil`.
  private var numbers: [Int]?
  // Class numbers where they are not those of the set.
  private var classes: ClassLabels?

  /// All clips, in the order of the list they were made of, with their stored labels and captions.
  public init(_ set: ShardSet) {
    self.set = set
  }

  /// All clips, with labels of these classes: by the names of the set's classes, or by number where it has no names.
  ///
  /// - Parameter need: how many labels each clip must have.
  /// - Throws: ``DatasetListError`` for the first clip whose label is no class; ``ShardError`` if the set is damaged.
  public init(_ set: ShardSet, classes: ClassSpace, wanting need: LabelNeed = .any) throws {
    self.set = set
    self.classes = try classes.labels(of: set, wanting: need)
  }

  /// The clips that a list names, found by path, with the list's labels.
  ///
  /// - Parameters:
  ///   - root: taken off the list's paths before they are looked up.
  ///   - classes: the classes there are; if `nil`, the list decides about them itself.
  /// - Throws: ``ShardError`` that names the first path which is not in the set; ``DatasetListError`` for a label that is
  ///   no class.
  public init(_ set: ShardSet, list: DatasetList, root: String? = nil, classes: ClassSpace? = nil) throws {
    self.set = set
    self.classes = try (classes ?? ClassSpace(of: list)).labels(of: list)
    let prefix = root.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    numbers = try list.items.map { item in
      let path = prefix.map { item.path.hasPrefix($0) ? String(item.path.dropFirst($0.count)) : item.path } ?? item.path
      let match = try set.clips(path: path).first { try set.clip($0).info.description.part == item.part }
      guard let match else {
        throw ShardError(
          .missing, "line \(item.line) names \(path), which is not in it. Preprocess the list again to add it.",
          file: set.path)
      }
      return match
    }
  }

  /// Every `parts`-th clip from number `part` on: what one of several processes reads.
  public func part(_ part: Int, of parts: Int) -> Shards {
    precondition(parts > 0 && (0..<parts).contains(part), "part \(part) of \(parts)")
    var shards = self
    let all = numbers ?? Array(0..<set.count)
    let mine = stride(from: part, to: all.count, by: parts)
    shards.numbers = mine.map { all[$0] }
    shards.classes = classes.map { classes in ClassLabels(mine.map { classes[$0] }) }
    return shards
  }

  public var count: Int { numbers?.count ?? set.count }

  public func name(of index: Int) -> String {
    (try? set.clip(numbers?[index] ?? index).info.description.path) ?? "clip \(index) of \(set.path)"
  }

  /// - Throws: ``ShardError`` if the clip's entry is damaged.
  public func labels(of index: Int) throws -> [Int] {
    try classes?[index] ?? set.clip(numbers?[index] ?? index).info.description.labels
  }

  /// - Throws: ``ShardError`` if the clip's entry is damaged.
  public func captions(of index: Int) throws -> [String] {
    try set.clip(numbers?[index] ?? index).info.description.captions
  }

  /// - Throws: ``ShardError`` if a clip's entry is damaged.
  public func add(to manifest: inout DatasetManifest) throws {
    let change = try set.settings().frameChange
    for index in 0..<count {
      let description = try set.clip(numbers?[index] ?? index).info.description
      manifest.append(
        path: description.path, part: description.part, labels: classes?[index] ?? description.labels,
        captions: description.captions, storedWith: change)
    }
  }

  /// - Throws: ``ShardError`` if the clip's entry is damaged.
  public func element(at index: Int, context: ElementContext) throws -> ClipHandle {
    let clip = try set.clip(numbers?[index] ?? index)
    let description = clip.info.description
    return ClipHandle(frames: clip, labels: classes?[index] ?? description.labels, captions: description.captions)
  }
}
