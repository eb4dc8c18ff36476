/// Why a clip has no targets.
public enum TargetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The crop is no whole number of tokens.
  case indivisible(width: Int, height: Int, by: Int)
  /// The mask has no cubes, but targets of their centers are asked.
  case noCubes
  /// The augmentation kept no 8-bit crop.
  case noPixels
  /// Mask and clip are of different grids.
  case grid(mask: [Int], clip: [Int])
  /// The cells that have words are not those of the mask.
  case tokenGrid(mask: [Int], tokens: [Int])

  public var description: String {
    switch self {
    case .indivisible(let width, let height, let size):
      "a crop of \(width)×\(height) has no whole number of \(size)×\(size) tokens. Crop to a multiple of \(size)"
    case .noCubes:
      "targets of the centers of cubes are asked, but the mask has no cubes. Use CubeMask, or targets of every step"
    case .noPixels: "targets are computed from the 8-bit crop, which was not kept. Augment with keepsPixels: true"
    case .grid(let mask, let clip): "a mask of \(mask) tokens does not fit a clip of \(clip)"
    case .tokenGrid(let mask, let tokens):
      """
      a mask of \(mask) cells does not fit the clip's tokens, \(tokens). Choose a frame size at which there is a token for \
      each cell of the mask
      """
    }
  }
}
