public import SluiceMedia
internal import SluicePlatform

/// What a list says about a clip; it travels with the frames.
public struct ClipDescription: Sendable, Hashable, Codable {
  /// The path as the list spells it.
  public var path: String
  /// Class numbers.
  public var labels: [Int]
  /// Sentences that describe the clip.
  public var captions: [String]
  /// Begin and end of the part that was asked for, seconds; `nil` for all of it.
  public var start: Double?
  public var end: Double?
  /// The part that was asked for by frame numbers: its first frame, and the one behind its last, `nil` for the end of
  /// the video; both `nil` where times or all of it were meant.
  public var firstFrame: Int?
  public var endFrame: Int?
  /// How many lines with the same path and part the list has before this one.
  public var copy: Int
  /// `true` of a clip that is stored but no longer in the list, and so not in the index.
  var unlisted: Bool?

  public init(
    path: String, labels: [Int] = [], captions: [String] = [], start: Double? = nil, end: Double? = nil,
    firstFrame: Int? = nil, endFrame: Int? = nil, copy: Int = 0
  ) {
    self.path = path
    self.labels = labels
    self.captions = captions
    self.start = start
    self.end = end
    self.firstFrame = firstFrame
    self.endFrame = endFrame
    self.copy = copy
  }

  /// Compares texts by their bytes: paths that only look the same are those of two files.
  public static func == (first: ClipDescription, second: ClipDescription) -> Bool {
    first.key == second.key && first.labels == second.labels && first.captions.count == second.captions.count
      && zip(first.captions, second.captions).allSatisfy { ExactText($0) == ExactText($1) }
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension ClipDescription {
  /// The same without what a list may correct: which part of which file it is.
  var source: Key {
    var key = key
    key.copy = 0
    return key
  }

  /// What tells a clip from the others of its list: everything but what a list may correct later.
  struct Key: Hashable {
    let path: ExactText
    let start: Double?
    let end: Double?
    let firstFrame: Int?
    let endFrame: Int?
    var copy: Int
  }

  var key: Key {
    Key(
      path: ExactText(path), start: start, end: end, firstFrame: firstFrame, endFrame: endFrame, copy: copy)
  }
}

/// How the frames of a clip look; equal for all of them.
public struct FrameGeometry: Sendable, Hashable {
  public var width: Int
  public var height: Int
  public var layout: PixelLayout
  public var color: ColorDescription

  public init(width: Int, height: Int, layout: PixelLayout, color: ColorDescription = ColorDescription()) {
    self.width = width
    self.height = height
    self.layout = layout
    self.color = color
  }

  /// The geometry of one frame.
  public init(_ frame: VideoFrame) {
    self.init(width: frame.width, height: frame.height, layout: frame.layout, color: frame.color)
  }

  /// Bytes of a frame.
  public var byteCount: Int { layout.byteCount(width: width, height: height) }
}

extension FrameGeometry: CustomStringConvertible {
  public var description: String {
    "\(width)×\(height) \(layout) \(color.matrix) \(color.range)"
  }
}

/// A clip of a shard set, without its frames.
public struct ClipInfo: Sendable, Hashable {
  public let description: ClipDescription
  public let geometry: FrameGeometry
  /// Frames per second on average, where that has a meaning.
  public let frameRate: Double?
  public let frameCount: Int
  /// Distance of the stored levels: 1 is lossless.
  public let step: Int
  /// The shard's number and the clip's number in it, both from 0.
  public let shard: Int
  public let clip: Int
}
