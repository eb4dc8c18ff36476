public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Hides random boxes in time and space on a coarse grid until a share of it is hidden.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", 2022, section 4.1, as
///   trained by SlowFast (`MaskingGenerator3D`).
public struct BlockMask: MaskStage {
  /// Share of the volume.
  public var ratio: Double
  /// Height to width of boxes is between this and its inverse.
  public var minimumAspect: Double
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int
  /// Pixels of a side of what is hidden as a whole; a multiple of `patchSize`.
  public var windowSize: Int

  public init(
    ratio: Double = 0.4, minimumAspect: Double = 0.3, tubeletSize: Int = 2, patchSize: Int = 16, windowSize: Int = 32
  ) {
    self.ratio = ratio
    self.minimumAspect = minimumAspect
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
    self.windowSize = windowSize
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("ratio", \.ratio, in: 0...1), Setting("minimumAspect", \.minimumAspect, in: 1e-3...1),
      Setting("windowSize", \.windowSize, in: 1...4096),
    ]
  }

  /// - Throws: ``MaskError`` if the clip is no whole number of windows or the ratio hides none of them.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws -> MaskedClip {
    guard (0...1).contains(ratio) else { throw MaskError.ratio(ratio) }
    let tokens = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: patchSize)
    let grid = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: windowSize)
    guard tokens.rows % grid.rows == 0 else {
      throw MaskError.indivisible(
        clip: clip.values.shape.dimensions, tubeletSize: tubeletSize, patchSize: windowSize)
    }
    let wanted = Int((Double(grid.steps * grid.area) * ratio).rounded(.toNearestOrEven))
    guard wanted > 0 else {
      throw MaskError.nothingMasked(ratio: ratio, of: grid.steps * grid.area, unit: "windows")
    }
    var draws = context.random()
    let coarse = boxes(
      grid, wanted: wanted, minimum: grid.area / 5, maximum: grid.area, draws: &draws)
    return MaskedClip(clip: clip, mask: enlarged(coarse, grid, to: tokens))
  }

  /// Draws, for each attempt, area, aspect and time steps, then top, left and front of a box that fits.
  package func boxes(
    _ grid: MaskGrid, wanted: Int, minimum: Int, maximum: Int, draws: inout some RandomDraws
  ) -> [UInt8] {
    let painter = BlockPainter(
      rows: grid.rows, columns: grid.columns, wanted: wanted, minimum: minimum, maximum: maximum,
      minimumAspect: minimumAspect)
    var values = [UInt8](repeating: 0, count: grid.steps * grid.area)
    var count = 0
    while count < wanted {
      let added = addBox(to: &values, grid, painter, atMost: wanted - count, &draws)
      if added == 0 { break }
      count += added
    }
    return values
  }

  private func addBox(
    to values: inout [UInt8], _ grid: MaskGrid, _ painter: BlockPainter, atMost cap: Int,
    _ draws: inout some RandomDraws
  ) -> Int {
    for _ in 0..<100 {
      let area = draws.uniform(Double(painter.minimum), Double(painter.maximum))
      let (height, width) = painter.drawSize(area, &draws)
      let length = draws.integer(in: 1...grid.steps)
      guard width < grid.columns, height < grid.rows else { continue }
      let top = draws.integer(in: 0...grid.rows - height)
      let left = draws.integer(in: 0...grid.columns - width)
      let front = draws.integer(in: 0...grid.steps - length)
      var fresh: [Int] = []
      for step in front..<front + length {
        for row in top..<top + height {
          let from = step * grid.area + row * grid.columns + left
          fresh += (from..<from + width).filter { values[$0] == 0 }
        }
      }
      guard !fresh.isEmpty, fresh.count <= cap else { continue }
      for index in fresh { values[index] = 1 }
      return fresh.count
    }
    return 0
  }

  private func enlarged(_ values: [UInt8], _ grid: MaskGrid, to tokens: MaskGrid) -> TokenMask {
    let factor = tokens.rows / grid.rows
    var result: [UInt8] = []
    result.reserveCapacity(tokens.steps * tokens.area)
    for step in 0..<tokens.steps {
      for row in 0..<tokens.rows {
        for column in 0..<tokens.columns {
          result.append(values[step * grid.area + (row / factor) * grid.columns + column / factor])
        }
      }
    }
    return TokenMask(steps: tokens.steps, rows: tokens.rows, columns: tokens.columns, values: result)
  }
}
