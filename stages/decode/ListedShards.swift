public import SluiceDatasets
public import SluiceFlow
internal import SluiceMedia
internal import SluicePlatform
public import SluiceSamples
public import SluiceShards

/// The clips that a list names, found in shard sets by path, with the list's labels: a list keeps its use when what it names
/// has been preprocessed.
///
/// ```swift
/// let list = try DatasetList(contentsOf: "lists/train.txt", root: "frames/train")
/// try ListedShards(list, in: [try ShardSet("shards")], classes: classes).shuffled()
/// ```
/// A part of a video is found as such, or taken of the whole video where that is stored.
public struct ListedShards: LabeledSource {
  private let list: DatasetList
  private let labels: ClassLabels
  private let warnings: FrameWarnings
  private let sets: [ShardSet]
  // Of each item the number of its set, of its clip, and whether that is the whole video of a part.
  private let places: [Place]

  private struct Place {
    let set: Int32
    let clip: Int32
    let isWhole: Bool
  }

  /// - Parameters:
  ///   - classes: the classes there are.
  ///   - need: how many labels each item must have.
  ///   - warnings: counts what is odd about the clips when they are read.
  /// - Throws: ``DatasetListError`` with the line of the first label that is no class, or of the first item that is in none
  ///   of the sets; ``ShardError`` if a set is damaged.
  public init(
    _ list: DatasetList, in sets: [ShardSet], classes: ClassSpace, wanting need: LabelNeed = .any,
    counting warnings: FrameWarnings = FrameWarnings()
  ) throws {
    self.list = list
    self.sets = sets
    self.warnings = warnings
    labels = try classes.labels(of: list, wanting: need)
    var places: [Place] = []
    places.reserveCapacity(list.items.count)
    var missing: [Int] = []
    for (index, item) in list.items.enumerated() {
      if let place = try ListedShards.place(of: item, as: list.ownPath(of: item), in: sets) {
        places.append(place)
      } else {
        missing.append(index)
      }
    }
    if let first = missing.first {
      let item = list.items[first]
      throw list.error(
        item,
        "“\(list.ownPath(of: item))”\(item.part.map { ", \($0)," } ?? "") is not in \(sets.map(\.path).joined(separator: ", ")), "
          + "nor are \(missing.count - 1) of the other \(list.items.count - 1) samples. Preprocess the list to add them"
      )
    }
    self.places = places
  }

  /// Where an item is stored: under the path that its list has, or under the one that it was opened by.
  private static func place(of item: DatasetItem, as own: String, in sets: [ShardSet]) throws -> Place? {
    var paths: [String] = []
    for path in [own, own.withSingleSlashes, item.path, item.path.withSingleSlashes]
    where !paths.contains(where: { ExactText($0) == ExactText(path) }) {
      paths.append(path)
    }
    var whole: Place?
    for (number, set) in sets.enumerated() {
      for path in paths {
        for clip in try set.clips(path: path) {
          let part = try set.clip(clip).info.description.part
          let place = Place(set: Int32(number), clip: Int32(clip), isWhole: part != item.part)
          if part == item.part { return place }
          if part == nil { whole = whole ?? place }
        }
      }
    }
    return whole
  }

  public var count: Int { places.count }

  public func name(of index: Int) -> String { list.ownPath(of: list.items[index]) }

  public func labels(of index: Int) -> [Int] { labels[index] }

  public func captions(of index: Int) -> [String] { list.items[index].captions }

  /// - Throws: ``ShardError`` if a set is damaged.
  public func add(to manifest: inout DatasetManifest) throws {
    let changes = try sets.map { try $0.settings().frameChange }
    for (index, item) in list.items.enumerated() {
      manifest.append(
        path: list.ownPath(of: item), part: item.part, labels: labels[index], captions: item.captions,
        storedWith: changes[Int(places[index].set)])
    }
  }

  /// - Throws: ``ShardError`` if the clip's entry is damaged; ``MediaError`` if the whole video ends before the part begins.
  public func element(at index: Int, context: ElementContext) throws -> ClipHandle {
    let (item, place) = (list.items[index], places[index])
    let clip = try sets[Int(place.set)].clip(Int(place.clip))
    var frames: any FrameSource = clip
    if item.part == nil { warnings.compare(clip.frameCount, with: item.frameCount, of: name(of: index)) }
    // What was a folder of numbered images is one still, whatever it is stored in.
    if place.isWhole, item.imageTemplate != nil { frames = StoredFolder(clip, counting: warnings) }
    if place.isWhole { try item.checkRate(of: clip) }
    let range = place.isWhole ? try frames.frames(of: item.part) : nil
    return ClipHandle(frames: frames, range: range, labels: labels[index], captions: item.captions)
  }
}

/// A folder of images that is stored as a clip: a frame behind its end is shown as the first one.
private struct StoredFolder: FirstFrameSubstituting {
  private let clip: ShardClip
  private let warnings: FrameWarnings

  init(_ clip: ShardClip, counting warnings: FrameWarnings) {
    self.clip = clip
    self.warnings = warnings
  }

  var name: String { clip.name }
  var frameCount: Int { clip.frameCount }
  var frameRate: Double? { clip.frameRate }

  func frames(at indices: [Int]) throws -> [VideoFrame] {
    for index in indices where index >= frameCount {
      warnings.add(
        substitution: MediaError(
          .noSuchFrame, path: name, frame: index, "frame \(index) lies behind the \(frameCount) that are stored"))
    }
    return try clip.frames(at: indices.map { $0 < frameCount ? $0 : 0 })
  }
}
