internal import Glibc

/// Draws histograms of oriented gradients as short lines along the edges they stand for.
public enum HOGImage {
  /// A line for each direction of each cell, perpendicular to the gradient; where lines meet their values add up.
  ///
  /// - Parameters:
  ///   - histogram: `[rows, columns, 9]`; negative values count as 0.
  ///   - rows: cells above each other.
  ///   - columns: cells side by side.
  /// - Returns: `[8 rows, 8 columns]`.
  public static func lines(_ histogram: [Float], rows: Int, columns: Int) -> [Float] {
    precondition(
      histogram.count == rows * columns * HOG.binCount,
      "\(histogram.count) values for \(rows)×\(columns) cells of \(HOG.binCount)")
    let size = HOG.cellSize
    let radius = Double(size / 2 - 1)
    var image = [Float](repeating: 0, count: rows * columns * size * size)
    for row in 0..<rows {
      for column in 0..<columns {
        for bin in 0..<HOG.binCount {
          let value = max(0, histogram[(row * columns + column) * HOG.binCount + bin])
          let angle = Double.pi * (Double(bin) + 0.5) / Double(HOG.binCount)
          let (across, along) = (radius * sin(angle), radius * cos(angle))
          let (middleY, middleX) = (Double(row * size + size / 2), Double(column * size + size / 2))
          let points = line(
            from: (Int(middleY - along), Int(middleX + across)), to: (Int(middleY + along), Int(middleX - across)))
          for point in points { image[point.row * columns * size + point.column] += value }
        }
      }
    }
    return image
  }

  /// The first color's histograms of predicted tokens, at the contrast of the real image.
  ///
  /// - Parameters:
  ///   - tokens: `[rows, columns, 27 n²]` in the order (cell, color, direction).
  ///   - cellsPerSide: `n`, the cells of a token's side.
  ///   - contrast: the real cells' histograms before normalization, `[n rows, n columns, 3, 9]`; `nil` leaves unit norm.
  /// - Returns: `[n rows, n columns, 9]`.
  public static func cells(
    ofTokens tokens: [Float], rows: Int, columns: Int, cellsPerSide side: Int = 2, contrast: [Float]?
  ) -> [Float] {
    let bins = HOG.binCount
    var cells = [Float](repeating: 0, count: rows * columns * side * side * bins)
    for row in 0..<side * rows {
      for column in 0..<side * columns {
        let token = (row / side) * columns + column / side
        let from = ((token * side + row % side) * side + column % side) * HOG.valuesPerCell
        let cell = row * side * columns + column
        var length: Float = 1
        if let contrast {
          let real = contrast[cell * HOG.valuesPerCell..<cell * HOG.valuesPerCell + bins]
          length = real.reduce(1e-10) { $0 + $1 * $1 }.squareRoot()
        }
        for bin in 0..<bins { cells[cell * bins + bin] = tokens[from + bin] * length }
      }
    }
    return cells
  }

  /// Brightness for a screen: the 99th percentile becomes white.
  public static func bytes(_ image: [Float]) -> [UInt8] {
    guard !image.isEmpty else { return [] }
    let white = image.sorted()[min(image.count - 1, image.count * 99 / 100)]
    return image.map { white > 0 ? UInt8(min(max($0 / white, 0), 1) * 255) : 0 }
  }

  /// - Source: Bresenham, "Algorithm for computer control of a digital plotter", 1965.
  private static func line(
    from start: (row: Int, column: Int), to end: (row: Int, column: Int)
  ) -> [(row: Int, column: Int)] {
    let (rows, columns) = (abs(end.row - start.row), abs(end.column - start.column))
    let (down, right) = (end.row > start.row ? 1 : -1, end.column > start.column ? 1 : -1)
    let isSteep = rows > columns
    let (major, minor) = isSteep ? (rows, columns) : (columns, rows)
    var error = 2 * minor - major
    var point = start
    var points: [(row: Int, column: Int)] = []
    for _ in 0..<major {
      points.append(point)
      while error >= 0 {
        if isSteep { point.column += right } else { point.row += down }
        error -= 2 * major
      }
      if isSteep { point.row += down } else { point.column += right }
      error += 2 * minor
    }
    points.append(end)
    return points
  }
}
