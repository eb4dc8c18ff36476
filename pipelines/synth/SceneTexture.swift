internal import Glibc
internal import SluicePlatform

/// A periodic RGB tile of smooth noise, skewed so that light spots are rarer and stronger than dark ones.
struct SceneTexture: Sendable {
  private static let side = MotionScene.side
  /// Row-major `[side, side, 3]`, 0…255.
  private let values: [Float]

  /// - Parameters:
  ///   - base: mean level of each color, 0…255.
  ///   - contrast: levels of one standard deviation.
  init(base: [Double], contrast: Double, random: inout KeyedRandom) {
    let side = SceneTexture.side
    var noise = [Double](repeating: 0, count: side * side * 3)
    for (cells, strength) in [(6, 1.0), (12, 0.6), (24, 0.2)] {
      let amplitude = strength * random.uniform(0.4, 1)
      SceneTexture.addLattice(cells: cells, amplitude: amplitude, to: &noise, random: &random)
    }
    // Between gray and colorful.
    let saturation = random.uniform(0.2, 0.8)
    var gray = [Double](repeating: 0, count: side * side)
    for index in noise.indices { gray[index / 3] += noise[index] / 3 }
    let graySpread = SceneTexture.spread(gray).deviation
    let spread = SceneTexture.spread(noise).deviation
    for pixel in gray.indices { gray[pixel] *= (1 - saturation) / graySpread }
    for index in noise.indices { noise[index] = exp(0.7 * (gray[index / 3] + saturation * noise[index] / spread)) }
    let skewed = SceneTexture.spread(noise)
    values = noise.indices.map { index in
      let level = base[index % 3] + contrast * (noise[index] - skewed.mean) / skewed.deviation
      return Float(min(max(level, 0), 255))
    }
  }

  /// The tile moved to the right and down, periodically; row-major `[side, side, 3]`.
  func moved(_ right: Double, _ down: Double) -> [Float] {
    let side = SceneTexture.side
    let (rows, columns) = (SceneTexture.places(movedBy: down), SceneTexture.places(movedBy: right))
    var image: [Float] = []
    image.reserveCapacity(values.count)
    for row in rows {
      let (above, below) = (row.first * side, row.second * side)
      for column in columns {
        let corners = (
          (above + column.first) * 3, (above + column.second) * 3, (below + column.first) * 3,
          (below + column.second) * 3
        )
        for channel in 0..<3 {
          let upper = values[corners.0 + channel] * (1 - column.weight) + values[corners.1 + channel] * column.weight
          let lower = values[corners.2 + channel] * (1 - column.weight) + values[corners.3 + channel] * column.weight
          image.append(upper * (1 - row.weight) + lower * row.weight)
        }
      }
    }
    return image
  }

  /// Where each line of a moved tile comes from: two lines and the share of the second.
  private static func places(movedBy distance: Double) -> [(first: Int, second: Int, weight: Float)] {
    (0..<side).map { line in
      let place = Double(line) - distance
      let first = place.rounded(.down)
      let wrapped = ((Int(first) % side) + side) % side
      return (wrapped, (wrapped + 1) % side, Float(place - first))
    }
  }

  /// The color at a real position; outside the tile, that of the nearest border.
  func clamped(_ x: Double, _ y: Double) -> (Float, Float, Float) {
    let last = SceneTexture.side - 1
    let column = min(max(x, 0), Double(last))
    let row = min(max(y, 0), Double(last))
    let left = Int(column)
    let top = Int(row)
    return blended(
      columns: (left, min(left + 1, last)), rows: (top, min(top + 1, last)), across: Float(column - Double(left)),
      down: Float(row - Double(top)))
  }

  private func blended(
    columns: (Int, Int), rows: (Int, Int), across: Float, down: Float
  ) -> (Float, Float, Float) {
    let side = SceneTexture.side
    let corners = (
      (rows.0 * side + columns.0) * 3, (rows.0 * side + columns.1) * 3, (rows.1 * side + columns.0) * 3,
      (rows.1 * side + columns.1) * 3
    )
    func color(_ channel: Int) -> Float {
      let upper = values[corners.0 + channel] * (1 - across) + values[corners.1 + channel] * across
      let lower = values[corners.2 + channel] * (1 - across) + values[corners.3 + channel] * across
      return upper * (1 - down) + lower * down
    }
    return (color(0), color(1), color(2))
  }

  // Random values on a periodic lattice, joined by a smoothstep on both axes.
  private static func addLattice(
    cells: Int, amplitude: Double, to noise: inout [Double], random: inout KeyedRandom
  ) {
    let lattice = (0..<cells * cells * 3).map { _ in random.uniform(-1, 1) }
    let places = (0..<side).map { pixel in
      let place = Double(pixel * cells) / Double(side)
      let cell = Int(place)
      let fraction = place - Double(cell)
      return (cell: cell, next: (cell + 1) % cells, weight: fraction * fraction * (3 - 2 * fraction))
    }
    for (y, row) in places.enumerated() {
      for (x, column) in places.enumerated() {
        for channel in 0..<3 {
          func value(_ line: Int, _ place: Int) -> Double { lattice[(line * cells + place) * 3 + channel] }
          let upper = value(row.cell, column.cell) * (1 - column.weight) + value(row.cell, column.next) * column.weight
          let lower = value(row.next, column.cell) * (1 - column.weight) + value(row.next, column.next) * column.weight
          noise[(y * side + x) * 3 + channel] += amplitude * (upper * (1 - row.weight) + lower * row.weight)
        }
      }
    }
  }

  private static func spread(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, variance.squareRoot())
  }
}
