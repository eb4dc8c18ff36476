internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceSamples
public import SluiceShards

/// A folder with the pixels of stored views, for a program that makes tokens of them: `views-00000.safetensors` and so on,
/// and `views.csv`, a table with a line for each view.
///
/// Each file has the tensor `pixels`, U8 `[views, frames, height, width, 3]`, and in its metadata `views`, the identity of the
/// views, and `first`, the number of its first: what a table of their tokens says too.
public struct ViewFolder {
  /// The most bytes of pixels in one file, unless a single view has more.
  private static let fileSize = 256 << 20

  private let path: String
  private let views: ViewTable
  private let set: ShardSet
  /// Views of a file.
  private let perFile: Int
  private var pending: [UInt8] = []
  private var frameSize = (height: 0, width: 0)
  private var lines = ""
  /// Views so far.
  public private(set) var count = 0

  /// - Parameter size: height and width of the frames, pixels.
  /// - Throws: an error that says why the folder cannot be made.
  public init(_ path: String, _ views: ViewTable, of set: ShardSet, size: Int) throws {
    try createDirectories(path)
    (self.path, self.views, self.set) = (path, views, set)
    perFile = max(ViewFolder.fileSize / max(3 * size * size * views.facts.frameCount, 1), 1)
    lines = (["view", "file", "row", "clip", "path", "frames"] + ViewGeometry.columns).joined(separator: ",") + "\n"
  }

  /// Adds the next view.
  /// - Throws: ``TableError`` if it is another one; an error that says what cannot be written.
  public mutating func append(_ next: Viewed<PixelClip>) throws {
    try next.require(count, of: views)
    let pixels = next.content
    let (view, clip) = (try views.view(count), try views.clip(of: count))
    let fields = [
      "\(count)", name(of: count / perFile), "\(count % perFile)", "\(clip)", try set.clip(clip).name,
      view.frames.map(String.init).joined(separator: " "),
    ]
    lines += (fields + view.geometry.numbers.map(String.init)).map(\.csvField).joined(separator: ",") + "\n"
    frameSize = (pixels.height, pixels.width)
    pending += pixels.bytes
    count += 1
    if count % perFile == 0 { try writePending() }
  }

  /// Writes what is left, and the table.
  /// - Returns: how many files of pixels there are.
  public mutating func finish() throws -> Int {
    if !pending.isEmpty { try writePending() }
    try OutputFile.replace("\(path)/views.csv", with: Array(lines.utf8))
    return (count + perFile - 1) / perFile
  }

  private func name(of file: Int) -> String { "views-\(file.padded(to: 5)).safetensors" }

  private mutating func writePending() throws {
    let file = (count - 1) / perFile
    let shape = [count - file * perFile, views.facts.frameCount, frameSize.height, frameSize.width, 3]
    try SafetensorsFile.write(
      [TensorContent(TensorInfo(name: "pixels", type: .uint8, shape: shape), bytes: pending)],
      metadata: ["views": views.identity, "first": "\(file * perFile)"], to: "\(path)/\(name(of: file))")
    pending.removeAll(keepingCapacity: true)
  }
}
