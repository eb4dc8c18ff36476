/// Whose rounding an ``ImageOperation`` follows.
public enum ImageRules: String, Sendable, CaseIterable {
  /// torchvision's of bytes: moved pixels are the nearest ones, by whole pixels, and black comes in.
  case torchvision
  /// Pillow's of 8-bit images: moved pixels are interpolated bicubically, and gray comes in.
  case pillow
}
