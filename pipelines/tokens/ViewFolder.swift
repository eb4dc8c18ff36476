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
  /// The views that are written, ascending.
  private let numbers: [Int]
  /// Views of a file at most.
  private let perFile: Int
  private var pending: [UInt8] = []
  /// The views of the file that is being made: they follow each other.
  private var part = 0..<0
  private var fileCount = 0
  private var frameSize = (height: 0, width: 0)
  private var lines = ""
  /// Views so far.
  public private(set) var count = 0

  /// - Parameters:
  ///   - numbers: the views that are written, ascending; all unless said.
  ///   - size: height and width of the frames, pixels.
  /// - Throws: an error that says why the folder cannot be made.
  public init(
    _ path: String, _ views: ViewTable, of set: ShardSet, only numbers: [Int]? = nil, size: Int
  ) throws {
    try createDirectories(path)
    (self.path, self.views, self.set) = (path, views, set)
    self.numbers = numbers ?? Array(0..<views.count)
    perFile = max(ViewFolder.fileSize / max(3 * size * size * views.facts.frameCount, 1), 1)
    lines = (["view", "file", "row", "clip", "path", "frames"] + ViewGeometry.columns).joined(separator: ",") + "\n"
  }

  /// Adds the next view.
  /// - Throws: ``TableError`` if it is another one; an error that says what cannot be written.
  public mutating func append(_ next: Viewed<PixelClip>) throws {
    let number = numbers[count]
    try next.require(number, of: views)
    if number != part.upperBound || part.count == perFile { try writePending() }
    if part.isEmpty { part = number..<number }
    let pixels = next.content
    let (view, clip) = (try views.view(number), try views.clip(of: number))
    let fields = [
      "\(number)", name(of: fileCount), "\(part.count)", "\(clip)", try set.clip(clip).name,
      view.frames.map(String.init).joined(separator: " "),
    ]
    lines += (fields + view.geometry.numbers.map(String.init)).map(\.csvField).joined(separator: ",") + "\n"
    frameSize = (pixels.height, pixels.width)
    pending += pixels.bytes
    part = part.lowerBound..<number + 1
    count += 1
  }

  /// Writes what is left, and the table.
  /// - Returns: how many files of pixels there are.
  public mutating func finish() throws -> Int {
    try writePending()
    try OutputFile.replace("\(path)/views.csv", with: Array(lines.utf8))
    return fileCount
  }

  private func name(of file: Int) -> String { "views-\(file.padded(to: 5)).safetensors" }

  private mutating func writePending() throws {
    guard !part.isEmpty else { return }
    let shape = [part.count, views.facts.frameCount, frameSize.height, frameSize.width, 3]
    try SafetensorsFile.write(
      [TensorContent(TensorInfo(name: "pixels", type: .uint8, shape: shape), bytes: pending)],
      metadata: ["views": views.identity, "first": "\(part.lowerBound)"], to: "\(path)/\(name(of: fileCount))")
    pending.removeAll(keepingCapacity: true)
    part = 0..<0
    fileCount += 1
  }
}
