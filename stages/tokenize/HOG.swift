internal import SluiceKernels

/// Histograms of oriented gradients: how much edge of each direction a small cell holds, for each color.
/// - Source: Dalal and Triggs, "Histograms of oriented gradients for human detection", 2005.
public enum HOG {
  /// Directions of a histogram, over half a turn.
  public static let binCount: Int = 9
  /// Pixels of a cell's side.
  public static let cellSize: Int = 8
  /// Values of one cell: nine directions for each of three colors.
  public static let valuesPerCell: Int = 27

  /// Histograms of one RGB image as scikit-image computes them.
  ///
  /// Central differences, hard bins, each cell of each color at unit L2 norm. Decisions between bins are exact.
  ///
  /// - Parameters:
  ///   - image: `[height, width, 3]`, 0…255.
  ///   - cells: receives `[height / 8, width / 8, 3, 9]` from element `offset` on; pixels beyond the last whole cell only feed gradients.
  ///   - histogram: receives the same before the normalization, unless empty.
  package static func centralDifferences(
    of image: Span<UInt8>, width: Int, height: Int, cells: inout MutableSpan<Float>, at offset: Int = 0,
    histogram: inout MutableSpan<Float>, scratch: inout [Float]
  ) {
    let count = (height / cellSize) * (width / cellSize) * valuesPerCell
    precondition(image.count == width * height * 3, "HOG: \(image.count) bytes for \(width)×\(height) RGB")
    precondition(cells.count >= offset + count, "HOG: room for \(cells.count) values, there are \(offset + count)")
    precondition(histogram.isEmpty || histogram.count == count, "HOG: room for \(histogram.count) of \(count) values")
    let needed = sluice_hog_scratch(Int32(width))
    if scratch.count < needed { scratch = [Float](repeating: 0, count: needed) }
    unsafe image.withUnsafeBufferPointer { image in
      unsafe cells.withUnsafeMutableBufferPointer { cells in
        unsafe histogram.withUnsafeMutableBufferPointer { histogram in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe sluice_hog_central(
              image.baseAddress, 3 * width, Int32(width), Int32(height), cells.baseAddress.map { unsafe $0 + offset },
              histogram.isEmpty ? nil : histogram.baseAddress, scratch.baseAddress)
          }
        }
      }
    }
  }

  /// Histograms of one color plane as SlowFast's operator computes them.
  ///
  /// 3×3 Sobel with mirrored border, hard bins, sums over cells, unit L2 norm.
  ///
  /// - Parameters:
  ///   - plane: `[height, width]`.
  ///   - cells: receives `[9, height / 8, width / 8]` from element `offset` on.
  package static func sobel(
    of plane: Span<Float>, width: Int, height: Int, cells: inout MutableSpan<Float>, at offset: Int = 0
  ) {
    let count = (height / cellSize) * (width / cellSize) * binCount
    precondition(plane.count == width * height, "HOG: \(plane.count) values for \(width)×\(height)")
    precondition(cells.count >= offset + count, "HOG: room for \(cells.count) values, there are \(offset + count)")
    unsafe plane.withUnsafeBufferPointer { plane in
      unsafe cells.withUnsafeMutableBufferPointer { cells in
        guard let base = cells.baseAddress else { return }
        unsafe sluice_hog_sobel(plane.baseAddress, width, Int32(width), Int32(height), base + offset)
      }
    }
  }
}
