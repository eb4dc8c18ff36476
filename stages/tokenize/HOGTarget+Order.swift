internal import SluiceSamples

extension HOGTarget.Worker {
  /// Values of each token in the order (cell, color, direction).
  mutating func central(
    _ pixels: PixelClip, frame: Int, patchSize: Int, target: inout MutableSpan<Float>, at offset: Int
  ) {
    let (width, height) = (pixels.width, pixels.height)
    let count = (height / 8) * (width / 8) * HOG.valuesPerCell
    var cells = take(&self.cells)
    defer { self.cells = cells }
    if cells.count != count { cells = [Float](repeating: 0, count: count) }
    var room = cells.mutableSpan
    var none = MutableSpan<Float>()
    HOG.centralDifferences(
      of: pixels.bytes.span.extracting(pixels.range(of: frame)), width: width, height: height, cells: &room,
      histogram: &none, scratch: &scratch)
    HOG.arrangeByCell(
      cells.span, rows: height / patchSize, columns: width / patchSize, cellsPerSide: patchSize / HOG.cellSize,
      target: &target, at: offset)
  }

  /// Values of each token in the order (color, direction, cell).
  mutating func sobel(
    _ pixels: PixelClip, frame: Int, patchSize: Int, target: inout MutableSpan<Float>, at offset: Int
  ) {
    let (width, height) = (pixels.width, pixels.height)
    let perColor = HOG.binCount * (height / 8) * (width / 8)
    var cells = take(&self.cells)
    defer { self.cells = cells }
    if cells.count != 3 * perColor { cells = [Float](repeating: 0, count: 3 * perColor) }
    if plane.count != width * height { plane = [Float](repeating: 0, count: width * height) }
    let bytes = pixels.bytes.span.extracting(pixels.range(of: frame))
    for color in 0..<3 {
      for pixel in 0..<width * height { plane[pixel] = Float(bytes[3 * pixel + color]) }
      var all = cells.mutableSpan
      HOG.sobel(of: plane.span, width: width, height: height, cells: &all, at: color * perColor)
    }
    HOG.arrangeByDirection(
      cells.span, rows: height / patchSize, columns: width / patchSize, cellsPerSide: patchSize / HOG.cellSize,
      target: &target, at: offset)
  }
}

/// Moves an array out, so that it is written without a copy.
private func take(_ array: inout [Float]) -> [Float] {
  defer { array = [] }
  return array
}

extension HOG {
  /// `[n rows, n columns, 27]` cells to `[rows, columns, n · n · 27]`, `n` being the cells of a token's side.
  package static func arrangeByCell(
    _ cells: Span<Float>, rows: Int, columns: Int, cellsPerSide: Int = 2, target: inout MutableSpan<Float>,
    at offset: Int = 0
  ) {
    // The cells of a token's row are side by side.
    let run = cellsPerSide * valuesPerCell
    for row in 0..<cellsPerSide * rows {
      for column in 0..<columns {
        let from = (row * columns + column) * run
        let token = (row / cellsPerSide) * columns + column
        let to = offset + (token * cellsPerSide + row % cellsPerSide) * run
        for value in 0..<run { target[to + value] = cells[from + value] }
      }
    }
  }

  /// `[3, 9, n rows, n columns]` cells to `[rows, columns, 27 · n · n]`, `n` being the cells of a token's side.
  package static func arrangeByDirection(
    _ cells: Span<Float>, rows: Int, columns: Int, cellsPerSide: Int = 2, target: inout MutableSpan<Float>,
    at offset: Int = 0
  ) {
    let (side, area) = (cellsPerSide, cellsPerSide * cellsPerSide)
    for channel in 0..<valuesPerCell {
      for row in 0..<side * rows {
        for column in 0..<side * columns {
          let token = (row / side) * columns + column / side
          target[offset + (token * valuesPerCell + channel) * area + (row % side) * side + column % side] =
            cells[(channel * side * rows + row) * side * columns + column]
        }
      }
    }
  }
}

extension PixelClip {
  /// The bytes of one image, `[H, W, 3]`.
  func range(of frame: Int) -> Range<Int> {
    frame * height * width * 3..<(frame + 1) * height * width * 3
  }
}
