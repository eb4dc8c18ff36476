/// Why a clip cannot be augmented.
public enum AugmentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A crop does not fit into the frame.
  case tooSmall(width: Int, height: Int, wanted: Int)
  /// A frame would become larger than ``AugmentOperation/largestFrame`` pixels.
  case tooLarge(width: Int, height: Int, from: [Int])
  /// The frames of one clip differ in size.
  case mixedSizes(name: String, first: [Int], other: [Int], frame: Int)
  /// The clip has no frames.
  case empty(name: String)
  /// A setting that cannot be.
  case setting(String)

  public var description: String {
    switch self {
    case .tooSmall(let width, let height, let wanted):
      "a crop of \(wanted)×\(wanted) does not fit into \(width)×\(height). Put .shortSide before it, or crop less"
    case .tooLarge(let width, let height, let size):
      "a frame of \(size[0])×\(size[1]) would become \(width)×\(height) with its shorter side resized, more than "
        + "\(AugmentOperation.largestFrame) pixels. Leave it out of the list, or cut it first"
    case .mixedSizes(let name, let first, let other, let frame):
      "\(name): frame \(frame) of the clip is \(other[0])×\(other[1]), the first is \(first[0])×\(first[1])"
    case .empty(let name): "\(name): the clip has no frames"
    case .setting(let sentence): sentence
    }
  }
}
