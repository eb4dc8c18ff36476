/// One sample of a list.
public struct DatasetItem: Sendable, Hashable {
  /// The path, with the root in front if it was relative.
  public var path: String
  /// The part of the video that is meant; all of it if `nil`.
  public var part: ClipPart?
  /// What the list calls its classes; empty without labels.
  public var labels: [DatasetLabel]
  /// Sentences that describe the sample.
  public var captions: [String]
  /// Frames the list says there are.
  public var frameCount: Int?
  /// What the list calls the video where that is no path: `video7010` of MSR-VTT.
  package var name: String?
  /// How the images are named, if ``path`` is a folder of them; in the order of their names if `nil`.
  public var imageTemplate: ImageTemplate?
  /// Frames a second in which ``part`` is counted, if the list has times and the part has numbers of frames made of them.
  public var partRate: Double?
  /// Which of ``DatasetList/files`` the sample stands in.
  public var file: Int
  /// The line it stands on, from 1; of a format without lines, the number of the entry; 0 where there is neither.
  public var line: Int

  public init(
    path: String, part: ClipPart? = nil, labels: [DatasetLabel] = [], captions: [String] = [], frameCount: Int? = nil,
    file: Int = 0, line: Int = 0
  ) {
    self.path = path
    self.part = part
    self.labels = labels
    self.captions = captions
    self.frameCount = frameCount
    self.file = file
    self.line = line
  }

  /// A part of a video by its times.
  public init(
    path: String, seconds: Range<Double>, labels: [DatasetLabel] = [], captions: [String] = [], line: Int = 0
  ) {
    self.init(path: path, part: .seconds(seconds), labels: labels, captions: captions, line: line)
  }

  /// The part's times, where it has some.
  public var seconds: Range<Double>? {
    if case .seconds(let range) = part { range } else { nil }
  }
}

/// Which part of a video is the sample.
public enum ClipPart: Sendable, Hashable {
  /// From a time to another, seconds from the first frame; the frame that is shown at the end belongs to it.
  case seconds(Range<Double>)
  /// Frames by their numbers in display order, from 0; an upper bound of `Int.max` is the end of the video.
  case frames(Range<Int>)
}

extension ClipPart: CustomStringConvertible {
  public var description: String {
    switch self {
    case .seconds(let range): "\(range.lowerBound) s to \(range.upperBound) s"
    case .frames(let range) where range.upperBound == .max: "frame \(range.lowerBound) to the end"
    case .frames(let range): "frames \(range.lowerBound) to \(range.upperBound - 1)"
    }
  }
}

/// A class as a list writes it.
public enum DatasetLabel: Sendable, Hashable, CustomStringConvertible {
  /// A whole number from 0.
  case number(Int)
  /// A name, which a class map turns into a number.
  case name(String)

  /// The largest number that a class can have.
  ///
  /// No set has as many classes; what is larger is a mistake, and would make a head that no machine holds.
  public static let largestNumber: Int = 999_999

  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .name(let name): "“\(name)”"
    }
  }
}
