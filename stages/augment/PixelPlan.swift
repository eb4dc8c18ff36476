package import SluiceMedia

/// The steps of one clip with everything computed that all its frames share.
package struct PixelPlan: Sendable {
  enum Step: Sendable {
    /// Rows of the box that no output needs are marked 0.
    case resize(CropBox, columns: ResizeTaps, rows: ResizeTaps, needed: [UInt8])
    /// From decoded planes in one pass.
    case fused(FusedTaps)
    case crop(CropBox, isFlipped: Bool)
    case warp(WarpMap)
    case image(ImageOperation)
  }

  let steps: [Step]
  /// The size of the result.
  package let size: PixelSize

  /// - Parameters:
  ///   - layout: of the decoded frames.
  ///   - size: of the decoded frames.
  package init(_ steps: [PixelStep], of layout: PixelLayout, from size: PixelSize, path: PixelPath) {
    var size = size
    self.steps = steps.enumerated().map { place, step in
      switch step {
      case .resize(let box, let width, let height, let filter, let antialias, let isFlipped):
        let decoded = size
        size = PixelSize(width: width, height: height)
        if place == 0, path == .fast, !antialias, layout != .rgb {
          return .fused(
            FusedTaps(layout, size: decoded, box: box, output: size, filter: filter, isFlipped: isFlipped))
        }
        let columns = ResizeTaps(
          length: box.width, count: width, filter: filter, antialias: antialias, isReversed: isFlipped)
        let rows = ResizeTaps(length: box.height, count: height, filter: filter, antialias: antialias)
        var needed = [UInt8](repeating: 0, count: box.height)
        for start in rows.start {
          for tap in 0..<rows.tapCount { needed[Int(start) + tap] = 1 }
        }
        return .resize(box, columns: columns, rows: rows, needed: needed)
      case .crop(let box, let isFlipped):
        size = PixelSize(width: box.width, height: box.height)
        return .crop(box, isFlipped: isFlipped)
      case .image(let operation):
        let map = WarpMap(operation, width: size.width, height: size.height)
        return map.map { .warp($0) } ?? .image(operation)
      }
    }
    self.size = size
  }
}
