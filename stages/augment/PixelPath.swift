/// How decoded planes become a resized RGB crop.
public enum PixelPath: String, Sendable, CaseIterable {
  /// RGB rounded to bytes at full size, then resized: what published recipes were trained with.
  case exact
  /// Planes resized and converted in one pass; colors are rounded once, at the end.
  ///
  /// Used where a resize without antialiasing comes first and frames are not RGB already; other clips take the exact
  /// path. On a real 340×256 clip the bytes differ from the exact ones by 0.2 (bilinear) or 0.4 levels (bicubic) on
  /// average, by more than two levels at 0.5 % or 1.4 % of the pixels, and by up to 34 at edges of color.
  case fast
}
