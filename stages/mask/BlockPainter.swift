internal import Glibc
package import SluicePlatform

/// Fills a plane of tokens with random rectangles.
/// - Source: Bao et al., "BEiT: BERT pre-training of image transformers", 2021, algorithm 1.
package struct BlockPainter: Sendable {
  package var rows: Int
  package var columns: Int
  /// Tokens to hide.
  package var wanted: Int
  /// Smallest area that is drawn.
  package var minimum: Int
  /// Largest area that is drawn.
  package var maximum: Int
  /// Most elongated shape: height to width between this and its inverse.
  package var minimumAspect: Double

  package init(rows: Int, columns: Int, wanted: Int, minimum: Int, maximum: Int, minimumAspect: Double) {
    self.rows = rows
    self.columns = columns
    self.wanted = wanted
    self.minimum = minimum
    self.maximum = maximum
    self.minimumAspect = minimumAspect
  }

  /// A plane with at most `wanted` tokens hidden; fewer if no more rectangle fits.
  package func paint(_ draws: inout some RandomDraws) -> [UInt8] {
    var plane = [UInt8](repeating: 0, count: rows * columns)
    var count = 0
    while count < wanted {
      let added = addRectangle(to: &plane, atMost: min(wanted - count, maximum), &draws)
      if added == 0 { break }
      count += added
    }
    return plane
  }

  private func addRectangle(to plane: inout [UInt8], atMost cap: Int, _ draws: inout some RandomDraws) -> Int {
    for _ in 0..<10 {
      // With less than the minimum left, areas are between what is left and the minimum.
      let (height, width) = drawSize(draws.uniform(Double(minimum), Double(cap)), &draws)
      guard width < columns, height < rows else { continue }
      let top = draws.integer(in: 0...rows - height)
      let left = draws.integer(in: 0...columns - width)
      var fresh = 0
      for row in top..<top + height {
        for column in left..<left + width where plane[row * columns + column] == 0 { fresh += 1 }
      }
      guard fresh > 0, fresh <= cap else { continue }
      for row in top..<top + height {
        for column in left..<left + width { plane[row * columns + column] = 1 }
      }
      return fresh
    }
    return 0
  }

  /// Sides of a rectangle of about `area` tokens.
  package func drawSize(_ area: Double, _ draws: inout some RandomDraws) -> (height: Int, width: Int) {
    let aspect = exp(draws.uniform(log(minimumAspect), log(1 / minimumAspect)))
    let height = (area * aspect).squareRoot().rounded(.toNearestOrEven)
    let width = (area / aspect).squareRoot().rounded(.toNearestOrEven)
    return (Int(height), Int(width))
  }
}
