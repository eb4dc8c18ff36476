internal import SluiceData

extension HOGTarget.Worker {
  /// Values of each token in the order (cell, colour, direction).
  mutating func central(_ pixels: PixelClip, frame: Int, target: inout MutableSpan<Float>, at offset: Int) {
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
    HOG.arrangeByCell(cells.span, rows: height / 16, columns: width / 16, target: &target, at: offset)
  }

  /// Values of each token in the order (colour, direction, cell).
  mutating func sobel(_ pixels: PixelClip, frame: Int, target: inout MutableSpan<Float>, at offset: Int) {
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
    HOG.arrangeByDirection(cells.span, rows: height / 16, columns: width / 16, target: &target, at: offset)
  }
}

/// Moves an array out, so that it is written without a copy.
private func take(_ array: inout [Float]) -> [Float] {
  defer { array = [] }
  return array
}

extension HOG {
  /// `[2 rows, 2 columns, 27]` cells to `[rows, columns, 4 · 27]`: the two cells of a token's row lie side by side.
  package static func arrangeByCell(
    _ cells: Span<Float>, rows: Int, columns: Int, target: inout MutableSpan<Float>, at offset: Int = 0
  ) {
    let pair = 2 * valuesPerCell
    for row in 0..<2 * rows {
      for column in 0..<columns {
        let from = (row * columns + column) * pair
        let to = offset + ((row / 2) * columns + column) * 2 * pair + (row % 2) * pair
        for value in 0..<pair { target[to + value] = cells[from + value] }
      }
    }
  }

  /// `[3, 9, 2 rows, 2 columns]` cells to `[rows, columns, 27 · 4]`.
  package static func arrangeByDirection(
    _ cells: Span<Float>, rows: Int, columns: Int, target: inout MutableSpan<Float>, at offset: Int = 0
  ) {
    for channel in 0..<valuesPerCell {
      for row in 0..<2 * rows {
        for column in 0..<2 * columns {
          let token = (row / 2) * columns + column / 2
          target[offset + token * 4 * valuesPerCell + channel * 4 + (row % 2) * 2 + column % 2] =
            cells[(channel * 2 * rows + row) * 2 * columns + column]
        }
      }
    }
  }
}

extension PixelClip {
  /// The bytes of one picture, `[H, W, 3]`.
  func range(of frame: Int) -> Range<Int> {
    frame * height * width * 3..<(frame + 1) * height * width * 3
  }
}
