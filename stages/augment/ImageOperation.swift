/// An operation on 8-bit colors or positions that augmentation chooses from; ``ImageRules`` say how it is rounded.
public enum ImageOperation: Sendable, Hashable {
  /// Colors times a factor; 1 changes nothing here and in the next three.
  case brightness(Double)
  /// Distance from the frame's mean luma times a factor.
  case contrast(Double)
  /// Distance from the pixel's luma times a factor.
  case saturation(Double)
  /// Distance from the neighborhood's mean times a factor.
  case sharpness(Double)
  /// The hue turned by a part of the circle, -0.5…0.5.
  case hue(Double)
  /// Only the high bits of each color.
  case posterize(bits: Int)
  /// Colors from the threshold on inverted.
  case solarize(threshold: Double)
  /// An amount added to colors below 128.
  case solarizeAdd(Int)
  /// Every color inverted.
  case invert
  /// Each color of each frame stretched to 0…255.
  case autoContrast
  /// Each color of each frame spread evenly over 0…255.
  case equalize
  /// A pixel comes from (x + amount (y + ½), y).
  case shearX(Double)
  /// A pixel comes from (x, y + amount (x + ½)).
  case shearY(Double)
  /// Moved to the right by pixels; torchvision cuts the fraction off.
  case translateX(Double)
  /// Moved down by pixels; torchvision cuts the fraction off.
  case translateY(Double)
  /// Changes of color one after the other, rounded once behind the last.
  case colors([ColorChange])
  /// Turned counterclockwise about the middle, degrees.
  case rotate(Double)
  /// A box overwritten with gray, 128.
  case cutout(CropBox)
  /// The mean of the sixteen pixels around each neighborhood of three by three: Pillow's `ImageFilter.BLUR`, which leaves two
  /// pixels at each border as they are.
  case blur
}
