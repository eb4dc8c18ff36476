public import SluiceDatasets
public import SluiceFlow
public import SluiceSamples
public import SluiceShards

/// The clips of lists and shard sets, one after the other: what a pipeline begins with when the user says where data is.
///
/// ```swift
/// try Clips(videos: list, shards: [ShardSet("shards/k400")]).shuffled()
/// ```
/// The same samples in the same order give the same batches, whether they come from videos or from shards made of them.
public struct Clips: LabeledSource {
  private let parts: [any LabeledSource]
  // What errors call each part: its list files, or its set.
  private let origins: [String]
  // Number of the first clip of each part.
  private let starts: [Int]
  // The clips in the order of the source; all of the parts if `nil`.
  private var indices: [Int]?
  private let total: Int
  private let list: DatasetList
  // Whether the list's samples are found in shards, and its files need not be there.
  private let isStored: Bool
  /// What is odd about the clips that were read so far.
  public let warnings: FrameWarnings
  /// The classes that labels are of.
  public let classes: ClassSpace

  /// - Parameters:
  ///   - classes: the classes there are; if `nil`, list and sets decide about them themselves.
  ///   - need: how many labels each clip must have.
  /// - Throws: an error that names list and line, or set and clip, of the first label that is no class.
  public init(
    videos list: DatasetList, shards sets: [ShardSet] = [], classes: ClassSpace? = nil, wanting need: LabelNeed = .any
  ) throws {
    let classes = try classes ?? ClassSpace(of: list, shards: sets)
    let warnings = FrameWarnings()
    var parts: [any LabeledSource] = []
    if !list.items.isEmpty {
      parts.append(try Videos(list, classes: classes, wanting: need, counting: warnings))
    }
    for set in sets { parts.append(try Shards(set, classes: classes, wanting: need)) }
    self.init(
      parts, origins: (list.items.isEmpty ? [] : [list.files.joined(separator: ", ")]) + sets.map(\.path), list,
      classes,
      warnings, isStored: false)
  }

  /// The samples of a list, found by path in shard sets, with the list's labels.
  /// - Parameters:
  ///   - classes: the classes there are; if `nil`, list and sets decide about them themselves.
  ///   - need: how many labels each clip must have.
  /// - Throws: an error with list and line of the first label that is no class, or of the first sample that no set has.
  public init(
    listed list: DatasetList, in sets: [ShardSet], classes: ClassSpace? = nil, wanting need: LabelNeed = .any
  ) throws {
    let classes = try classes ?? ClassSpace(of: list, shards: sets)
    let warnings = FrameWarnings()
    self.init(
      [try ListedShards(list, in: sets, classes: classes, wanting: need, counting: warnings)],
      origins: [list.files.joined(separator: ", ")], list, classes, warnings, isStored: true)
  }

  private init(
    _ parts: [any LabeledSource], origins: [String], _ list: DatasetList, _ classes: ClassSpace,
    _ warnings: FrameWarnings,
    isStored: Bool
  ) {
    (self.parts, self.origins, self.list, self.classes) = (parts, origins, list, classes)
    (self.warnings, self.isStored) = (warnings, isStored)
    var starts: [Int] = []
    var count = 0
    for part in parts {
      starts.append(count)
      count += part.count
    }
    self.starts = starts
    total = count
  }

  /// Only the clips at `indices`, in that order; all if `nil`.
  public func selecting(_ indices: [Int]?) -> Clips {
    guard let indices else { return self }
    var clips = self
    clips.indices = indices.map { self.indices?[$0] ?? $0 }
    return clips
  }

  public var count: Int { indices?.count ?? total }

  /// What is odd about the lists though they can be used, one sentence each.
  public var notes: [String] { list.notes }

  private func part(of index: Int) -> (source: any LabeledSource, index: Int) {
    let index = indices?[index] ?? index
    // The last part that begins no later; there are few.
    let place = starts.lastIndex { $0 <= index } ?? 0
    return (parts[place], index - starts[place])
  }

  public func name(of index: Int) -> String {
    let (source, own) = part(of: index)
    return source.name(of: own)
  }

  /// The path of a clip as its list has it, which a file about the same videos calls it by.
  public func listedPath(of index: Int) -> String {
    let original = indices?[index] ?? index
    return original < list.items.count ? list.ownPath(of: list.items[original]) : name(of: index)
  }

  public func labels(of index: Int) throws -> [Int] {
    let (source, own) = part(of: index)
    return try source.labels(of: own)
  }

  public func captions(of index: Int) throws -> [String] {
    let (source, own) = part(of: index)
    return try source.captions(of: own)
  }

  public func element(at index: Int, context: ElementContext) throws -> ClipHandle {
    let (source, own) = part(of: index)
    return try source.element(at: own, context: context)
  }

  /// What errors about all of the clips begin with: the list files and sets they are from.
  var origin: String { origins.isEmpty ? "the data" : origins.joined(separator: ", ") }

  /// An error about a clip, with its list and line, or with the set it is from.
  public func error(about index: Int, _ reason: String) -> DatasetListError {
    let original = indices?[index] ?? index
    guard original >= list.items.count else { return list.error(list.items[original], reason) }
    let place = starts.lastIndex { $0 <= original } ?? 0
    return DatasetListError(path: origins[place], line: nil, reason: reason)
  }

  /// Checks before anything begins that enough files of the lists are there.
  /// - Parameter share: how many of the clips may be missing, from 0 to 1.
  /// - Throws: ``DatasetListError`` with the line of the first that is not there, if there are more.
  public func requireFiles(tolerating share: Double) throws(DatasetListError) {
    guard !isStored else { return }
    // The clips of lists come first.
    try list.requireFiles(of: indices?.filter { $0 < list.items.count }, tolerating: share, total: count)
  }

  /// Adds all clips of the lists and sets, those that are not selected too.
  public func add(to manifest: inout DatasetManifest) throws {
    for part in parts { try part.add(to: &manifest) }
  }

  /// What tells this data from other data: a run stores it, and is resumed with the same only.
  /// - Throws: ``ShardError`` if a set is damaged.
  public func manifest() throws -> DatasetManifest {
    var manifest = DatasetManifest(classes: classes.map)
    try add(to: &manifest)
    return manifest
  }
}

extension Clips: SampleMeasuring {
  /// Decodes the first frame of each of the samples.
  public func outputSize(lookingAt samples: [Int]) -> ElementSize {
    let sizes = samples.compactMap { index -> ElementSize? in
      let context = ElementContext(seed: 0, epoch: 0, sample: index, identity: name(of: index), stage: "graph")
      guard let handle = try? element(at: index, context: context),
        let first = try? handle.frames.frames(at: [handle.range.lowerBound]).first
      else { return nil }
      var size = ElementSize(bytes: handle.frames.retainedBytes)
      size.frameBytes = first.layout.byteCount(width: first.width, height: first.height)
      return size
    }
    return sizes.dropFirst().reduce(sizes.first ?? ElementSize()) { $0.union($1) }
  }
}
