internal import Glibc
internal import SluicePlatform

/// A source that shows its first frame in place of one that it has not.
public protocol FirstFrameSubstituting: FrameSource {}

/// A folder of images that are named after the numbers of their frames, as a clip.
///
/// Frame `i` is the image of number `i + 1`. One that is missing or cannot be decoded is shown as the first one; whoever opens the folder is told of each. Files with other names do not count.
/// - Source: BIKE, `datasets/video.py`.
public struct NumberedFrames: FirstFrameSubstituting {
  /// The name of the image with a number from 1, and the number in such a name.
  public struct Naming: Sendable {
    let name: @Sendable (_ number: Int) -> String
    let number: @Sendable (_ name: String) -> Int?

    public init(
      name: @escaping @Sendable (_ number: Int) -> String, number: @escaping @Sendable (_ name: String) -> Int?
    ) {
      self.name = name
      self.number = number
    }
  }

  public let name: String
  /// Images there are, whatever their numbers.
  public let frameCount: Int
  public let frameRate: Double? = nil
  private let naming: Naming
  private let limits: MediaLimits
  private let onSubstitution: @Sendable (MediaError) -> Void

  /// Lists the folder at `path`.
  /// - Parameter onSubstitution: is told why a frame is shown as the first one, each time it is.
  /// - Throws: ``MediaError`` if it cannot be read, has no such images, or not the first one.
  public init(
    path: String, naming: Naming, limits: MediaLimits = MediaLimits(),
    onSubstitution: @escaping @Sendable (MediaError) -> Void = { _ in }
  ) throws(MediaError) {
    guard let folder = unsafe opendir(path) else {
      throw MediaError(.cannotOpen, path: path, "cannot be opened: \(FileBytes.lastError())")
    }
    defer { unsafe closedir(folder) }
    var count = 0
    var others = 0
    var hasFirst = false
    while let entry = unsafe readdir(folder) {
      let name = unsafe entry.entryName
      if name.utf8.first == UInt8(ascii: ".") { continue }
      guard let number = naming.number(name) else {
        others += 1
        continue
      }
      count += 1
      if number == 1 { hasFirst = true }
    }
    let first = naming.name(1)
    guard count > 0 else {
      let found = others == 0 ? "is empty" : "has \(others) other file\(others == 1 ? "" : "s")"
      throw MediaError(
        .notVideo, path: path,
        "is a folder without images that are named like “\(first)”; it \(found). Say with --image-template how they are named"
      )
    }
    guard hasFirst else {
      throw MediaError(
        .cannotOpen, path: path,
        "has \(count) image\(count == 1 ? "" : "s") and not the first, “\(first)”, which stands in for those that are missing; "
          + "frames are numbered from 1")
    }
    name = path
    frameCount = count
    (self.naming, self.limits, self.onSubstitution) = (naming, limits, onSubstitution)
  }

  /// The path of the image with a number from 1.
  private func path(of number: Int) -> String {
    name.utf8.last == UInt8(ascii: "/") ? name + naming.name(number) : name + "/" + naming.name(number)
  }

  /// - Throws: ``MediaError`` for a negative number, if the first image is damaged and has to be shown, or images differ in
  ///   size or form.
  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    var decoded: [Int: VideoFrame] = [:]
    return try indices.map { index in
      if let frame = decoded[index] { return frame }
      let frame = try frame(index, &decoded)
      if let other = decoded.first, !frame.isLike(other.value) {
        throw MediaError(
          .unsupported, path: path(of: index + 1), frame: index,
          "is \(frame.width)×\(frame.height) \(frame.layout), \(path(of: other.key + 1)) is \(other.value.width)×"
            + "\(other.value.height) \(other.value.layout); make all images of the folder alike")
      }
      decoded[index] = frame
      return frame
    }
  }

  /// The image of a frame, or the first one in its place.
  private func frame(_ index: Int, _ decoded: inout [Int: VideoFrame]) throws(MediaError) -> VideoFrame {
    guard index >= 0 else {
      throw MediaError(.noSuchFrame, path: name, frame: index, "frame \(index) asked; frames begin at 0")
    }
    let problem: MediaError
    do {
      return try VideoFrame(imageAt: path(of: index + 1), limits: limits)
    } catch {
      guard index > 0 else { throw error }
      problem = MediaError(error.code, path: error.path, frame: index, error.reason)
    }
    let first = if let known = decoded[0] { known } else { try VideoFrame(imageAt: path(of: 1), limits: limits) }
    decoded[0] = first
    onSubstitution(problem)
    return first
  }
}

extension VideoFrame {
  /// Whether size and form are those of another.
  fileprivate func isLike(_ other: VideoFrame) -> Bool {
    width == other.width && height == other.height && layout == other.layout
  }
}
