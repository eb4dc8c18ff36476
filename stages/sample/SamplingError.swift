/// Why no frames can be chosen from a sample.
public enum SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sample has fewer frames than a clip.
  case tooShort(name: String, found: Int, wanted: Int)
  /// A number of the stage is outside its range.
  case outside(String, Int, ClosedRange<Int>)

  public var description: String {
    switch self {
    case .tooShort(let name, let found, let wanted):
      "\(name): has \(found) frames, a clip needs \(wanted). Lower the count of the sampling stage or drop the sample"
    case .outside(let name, let number, let range):
      "sampling with \(name) \(number): \(range.lowerBound)...\(range.upperBound) is wanted"
    }
  }
}
