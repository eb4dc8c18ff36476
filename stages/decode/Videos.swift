public import SluiceDatasets
public import SluiceFlow
internal import SluiceMedia
public import SluiceSamples

/// The videos, images and folders of images of a list, each opened and indexed when its turn comes; nothing of them is decoded here.
///
/// ```swift
/// Videos(try DatasetList(contentsOf: "train.txt")).shuffled()
/// ```
public struct Videos: LabelledSource {
  private let items: [DatasetItem]
  private let classes: [[Int]]

  /// - Parameters:
  ///   - list: what to read.
  ///   - classMap: the numbers of class names; without it names are numbered in alphabetical order.
  /// - Throws: ``DatasetListError`` if a label is not in the map, or names and numbers are mixed.
  public init(_ list: DatasetList, classMap: ClassMap? = nil) throws {
    items = list.items
    classes = try list.classes(map: classMap)
  }

  public var count: Int { items.count }

  public func name(of index: Int) -> String { items[index].path }

  public func labels(of index: Int) -> [Int] { classes[index] }

  /// - Throws: ``MediaError`` if it is no readable video, image or folder of images.
  public func element(at index: Int, context: ElementContext) throws -> ClipHandle {
    let item = items[index]
    let frames = try openFrames(path: item.path)
    var range = 0..<frames.frameCount
    if let seconds = item.seconds {
      guard let video = frames as? VideoFile else {
        throw MediaError(
          .unsupported, path: item.path, "has no times, but the list asks for \(seconds.lowerBound) s and on")
      }
      let first = video.frameIndex(at: seconds.lowerBound)
      // The end is a time too: the picture shown then is the last one.
      range = first..<min(video.frameIndex(at: seconds.upperBound) + 1, video.frameCount)
    }
    return ClipHandle(frames: frames, range: range, labels: classes[index], captions: item.captions)
  }
}
