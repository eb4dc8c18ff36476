public import SluiceMedia

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
  /// How many equal lines the list has before this one.
  public var copy: Int

  public init(
    path: String, labels: [Int] = [], captions: [String] = [], start: Double? = nil, end: Double? = nil, copy: Int = 0
  ) {
    self.path = path
    self.labels = labels
    self.captions = captions
    self.start = start
    self.end = end
    self.copy = copy
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

/// A clip of a shard set, without its pictures.
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
