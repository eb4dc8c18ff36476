package import SluiceMedia

/// The steps of one clip with everything computed that all its frames share.
package struct PixelPlan: Sendable {
  enum Step: Sendable {
    /// In floats; rows of the box that no output needs are marked 0. Values are made before rounding if `isUnrounded`.
    case resize(CropBox, columns: ResizeTaps, rows: ResizeTaps, needed: [UInt8], isUnrounded: Bool)
    /// In whole numbers.
    case fixed(CropBox, FixedResize)
    /// From decoded planes in one pass.
    case fused(FusedTaps)
    case crop(CropBox, isFlipped: Bool)
    case warp(WarpMap)
    case affine(AffineMap)
    case image(ImageOperation, ImageRules)
  }

  let steps: [Step]
  /// What is overwritten with noise once values are normalized.
  let erasures: [Erasure]
  /// The size of the result.
  package let size: PixelSize

  /// - Parameters:
  ///   - layout: of the decoded frames.
  ///   - size: of the decoded frames.
  package init(_ steps: [PixelStep], of layout: PixelLayout, from size: PixelSize, path: PixelPath) {
    var size = size
    var erasures: [Erasure] = []
    self.steps = steps.enumerated().compactMap { index, step in
      switch step {
      case .resize(let box, let width, let height, let resampling, let isFlipped):
        let decoded = size
        size = PixelSize(width: width, height: height)
        if let arithmetic = resampling.fixedArithmetic {
          let whole = PixelSize(width: box.width, height: box.height)
          return .fixed(
            box, FixedResize(arithmetic, resampling.filter, from: whole, to: size, isFlipped: isFlipped))
        }
        let (filter, antialias) = (resampling.filter, resampling.isAntialiased)
        if index == 0, path == .fast, !antialias, layout != .rgb {
          return .fused(
            FusedTaps(layout, size: decoded, box: box, output: size, filter: filter, isFlipped: isFlipped))
        }
        let columns = ResizeTaps(
          length: box.width, count: width, filter: filter, antialias: antialias, isReversed: isFlipped)
        let rows = ResizeTaps(length: box.height, count: height, filter: filter, antialias: antialias)
        return .resize(
          box, columns: columns, rows: rows, needed: rows.needed(of: box.height), isUnrounded: resampling.isUnrounded)
      case .crop(let box, let isFlipped):
        size = PixelSize(width: box.width, height: box.height)
        return .crop(box, isFlipped: isFlipped)
      case .image(let operation, .torchvision):
        return WarpMap(operation, width: size.width, height: size.height).map { .warp($0) }
          ?? .image(operation, .torchvision)
      case .image(let operation, .pillow):
        return AffineMap(operation, width: size.width, height: size.height).map { .affine($0) }
          ?? .image(operation, .pillow)
      case .erase(let erasure):
        erasures.append(erasure)
        return nil
      }
    }
    self.erasures = erasures
    self.size = size
  }
}
