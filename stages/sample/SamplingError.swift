/// Why no frames can be chosen from a sample.
public enum SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sample has fewer frames than a clip.
  case tooShort(name: String, found: Int, wanted: Int)
  /// A setting is below 1.
  case notPositive(count: Int, stride: Int)

  public var description: String {
    switch self {
    case .tooShort(let name, let found, let wanted):
      "\(name): has \(found) frames, a clip needs \(wanted). Lower the count of the sampling stage or drop the sample"
    case .notPositive(let count, let stride):
      "sampling \(count) frames at stride \(stride): both must be at least 1"
    }
  }
}
