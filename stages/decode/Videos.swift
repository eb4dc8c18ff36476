public import SluiceDatasets
public import SluiceFlow
internal import SluiceMedia
public import SluiceSamples

/// The videos, images and folders of images of a list, each opened and indexed when its turn comes; nothing of them is decoded here.
///
/// ```swift
/// try Videos(DatasetList(contentsOf: "train.txt")).shuffled()
/// ```
public struct Videos: LabeledSource {
  private let list: DatasetList
  private let labels: ClassLabels
  private let warnings: FrameWarnings

  /// - Parameters:
  ///   - list: what to read.
  ///   - classes: the classes there are; if `nil`, the list decides about them itself.
  ///   - need: how many labels each item must have.
  ///   - warnings: counts what is odd about the items when they are read.
  /// - Throws: ``DatasetListError`` for the first label that is no class, or names and numbers that are mixed.
  public init(
    _ list: DatasetList, classes: ClassSpace? = nil, wanting need: LabelNeed = .any,
    counting warnings: FrameWarnings = FrameWarnings()
  ) throws(DatasetListError) {
    self.list = list
    self.warnings = warnings
    let space = if let classes { classes } else { try ClassSpace(of: list) }
    labels = try space.labels(of: list, wanting: need)
  }

  public var count: Int { list.items.count }

  public func name(of index: Int) -> String { list.items[index].path }

  public func labels(of index: Int) -> [Int] { labels[index] }

  public func captions(of index: Int) -> [String] { list.items[index].captions }

  public func add(to manifest: inout DatasetManifest) { manifest.append(list, labels: labels) }

  /// - Throws: ``MediaError`` if it is no readable video, image or folder of images.
  public func element(at index: Int, context: ElementContext) throws -> ClipHandle {
    let item = list.items[index]
    let frames = try item.openFrames(counting: warnings)
    return ClipHandle(
      frames: frames, range: try frames.frames(of: item.part), labels: labels[index], captions: item.captions)
  }
}
