/// An operation on 8-bit colours or places that augmentation chooses from; the rules are torchvision's for bytes.
public enum ImageOperation: Sendable, Hashable {
  /// Colours times a factor; 1 changes nothing here and in the next three.
  case brightness(Double)
  /// Distance from the frame's mean luma times a factor.
  case contrast(Double)
  /// Distance from the pixel's luma times a factor.
  case saturation(Double)
  /// Distance from the neighbourhood's mean times a factor.
  case sharpness(Double)
  /// The hue turned by a part of the circle, -0.5…0.5.
  case hue(Double)
  /// Only the high bits of each colour.
  case posterize(bits: Int)
  /// Colours from the threshold on inverted.
  case solarize(threshold: Double)
  /// Each colour of each frame stretched to 0…255.
  case autoContrast
  /// Each colour of each frame spread evenly over 0…255.
  case equalize
  /// A pixel comes from (x + amount (y + ½), y).
  case shearX(Double)
  /// A pixel comes from (x, y + amount (x + ½)).
  case shearY(Double)
  /// Moved to the right by whole pixels; the part is cut off.
  case translateX(Double)
  /// Moved down by whole pixels; the part is cut off.
  case translateY(Double)
  /// Turned counter-clockwise about the middle, degrees.
  case rotate(Double)
}
