/// Why a clip cannot be masked.
public enum MaskError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The clip is no whole number of tokens.
  case indivisible(clip: [Int], tubeletSize: Int, patchSize: Int)
  /// The grid is so small that the ratio hides nothing.
  case nothingMasked(ratio: Double, of: Int, unit: String)
  /// A ratio outside 0…1.
  case ratio(Double)

  public var description: String {
    switch self {
    case .indivisible(let clip, let tubeletSize, let patchSize):
      """
      a clip of \(clip) does not divide into tokens of \(tubeletSize) frames and \(patchSize)×\(patchSize) pixels. \
      Crop to a multiple of the patch size and sample a multiple of the tubelet size
      """
    case .nothingMasked(let ratio, let count, let unit):
      "a mask ratio of \(ratio) hides none of \(count) \(unit). Raise the ratio or use a longer or larger clip"
    case .ratio(let ratio): "a mask ratio of \(ratio) is not between 0 and 1"
    }
  }
}
