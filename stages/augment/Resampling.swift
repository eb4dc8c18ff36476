/// How frames are resized: by which kernel and in whose arithmetic.
///
/// ```swift
/// Augment(.shortSide(224, resampling: .openCVBilinear), .centerCrop(224))
/// ```
/// Libraries differ by several levels of 0…255, most of all where frames shrink: a published recipe needs the resampling
/// it was trained with.
public enum Resampling: String, Sendable, CaseIterable {
  /// Two neighbors on each axis, in 32-bit floats, rounded to bytes; nothing is smoothed when frames shrink.
  case bilinear
  /// The same with four neighbors: Keys' kernel, a = -0.75.
  case bicubic
  /// As ``bilinear``, the kernel stretched by the reduction so that every pixel counts.
  case antialiasedBilinear
  /// As ``bicubic``, the kernel stretched by the reduction, a = -0.5.
  case antialiasedBicubic
  /// As ``bilinear``, but values are normalized as they are, not rounded to bytes first: what resizing a normalized clip
  /// gives. Nothing that changes bytes can follow.
  case floatBilinear
  /// Pillow's `BILINEAR` of 8-bit images: antialiased, in whole numbers, columns rounded before rows.
  case pillowBilinear
  /// Pillow's `BICUBIC` of 8-bit images; see ``pillowBilinear``.
  case pillowBicubic
  /// OpenCV's `INTER_LINEAR` of 8-bit images, in whole numbers; nothing is smoothed.
  case openCVBilinear = "opencvBilinear"

  /// In 32-bit floats, rounded to bytes.
  public init(_ filter: ResizeFilter, antialias: Bool) {
    self =
      switch filter {
      case .bilinear: antialias ? .antialiasedBilinear : .bilinear
      case .bicubic: antialias ? .antialiasedBicubic : .bicubic
      }
  }

  /// The shape of the kernel.
  package var filter: ResizeFilter {
    switch self {
    case .bilinear, .antialiasedBilinear, .floatBilinear, .pillowBilinear, .openCVBilinear: .bilinear
    case .bicubic, .antialiasedBicubic, .pillowBicubic: .bicubic
    }
  }

  /// Whether the kernel is stretched by the reduction.
  package var isAntialiased: Bool {
    switch self {
    case .antialiasedBilinear, .antialiasedBicubic, .pillowBilinear, .pillowBicubic: true
    case .bilinear, .bicubic, .floatBilinear, .openCVBilinear: false
    }
  }

  /// The whole-number arithmetic it is done in; `nil` for floats.
  var fixedArithmetic: FixedResize.Arithmetic? {
    switch self {
    case .pillowBilinear, .pillowBicubic: .pillow
    case .openCVBilinear: .openCV
    case .bilinear, .bicubic, .antialiasedBilinear, .antialiasedBicubic, .floatBilinear: nil
    }
  }

  /// Whether values are made before rounding to bytes.
  var isUnrounded: Bool { self == .floatBilinear }
}

/// The kernel of a resize.
public enum ResizeFilter: String, Sendable, CaseIterable {
  /// Two neighbors on each axis.
  case bilinear
  /// Four neighbors on each axis: Keys' kernel, a = -0.75, or -0.5 with antialiasing.
  case bicubic
}
