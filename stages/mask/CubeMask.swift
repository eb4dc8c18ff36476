public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Hides a few cubes: runs of time steps that share one block-wise plane.
///
/// Exactly `floor(t * ratio)` time steps are touched, each at most `ratio` of its tokens: about 15 % of all tokens at
/// the default ratio.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", 2022, section 3.3, as
///   trained by VideoTransformer-pytorch.
public struct CubeMask: MaskStage {
  /// Share of the time steps, and of the tokens of each of them.
  public var ratio: Double
  /// Smallest rectangle, tokens.
  public var minimumPatches: Int
  /// Largest rectangle, tokens; `nil`: all that is to be hidden.
  public var maximumPatches: Int?
  /// Height to width of rectangles is between this and its inverse.
  public var minimumAspect: Double
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int

  public init(
    ratio: Double = 0.4, minimumPatches: Int = 16, maximumPatches: Int? = nil, minimumAspect: Double = 0.3,
    tubeletSize: Int = 2, patchSize: Int = 16
  ) {
    self.ratio = ratio
    self.minimumPatches = minimumPatches
    self.maximumPatches = maximumPatches
    self.minimumAspect = minimumAspect
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("ratio", \.ratio, in: 0...1), Setting("minimumPatches", \.minimumPatches, in: 1...1_000_000),
      Setting("minimumAspect", \.minimumAspect, in: 1e-3...1),
    ]
  }

  /// - Throws: ``MaskError`` if the clip is no whole number of tokens or the ratio hides none of its time steps.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws -> MaskedClip {
    let grid = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: patchSize)
    guard (0...1).contains(ratio) else { throw MaskError.ratio(ratio) }
    guard Int(Double(grid.steps) * ratio) > 0, Int(Double(grid.area) * ratio) > 0 else {
      throw MaskError.nothingMasked(ratio: ratio, of: grid.steps, unit: "time steps")
    }
    var draws = context.random()
    let (mask, cubes) = mask(grid, draws: &draws)
    return MaskedClip(clip: clip, mask: mask, cubes: cubes)
  }

  /// Draws, for each cube, its plane and then its first time step and length.
  package func mask(_ grid: MaskGrid, draws: inout some RandomDraws) -> (TokenMask, [MaskCube]) {
    let wanted = Int(Double(grid.area) * ratio)
    let painter = BlockPainter(
      rows: grid.rows, columns: grid.columns, wanted: wanted, minimum: minimumPatches,
      maximum: maximumPatches ?? wanted, minimumAspect: minimumAspect)
    var values = [UInt8](repeating: 0, count: grid.steps * grid.area)
    var isTaken = [Bool](repeating: false, count: grid.steps)
    var cubes: [MaskCube] = []
    var left = Int(Double(grid.steps) * ratio)
    while left > 0 {
      let plane = painter.paint(&draws)
      // The last value places nothing.
      let start = draws.integer(in: 0...grid.steps)
      let length = draws.integer(in: 1...left)
      var step = start
      while step < min(start + length, grid.steps), !isTaken[step] {
        isTaken[step] = true
        values.replaceSubrange(step * grid.area..<(step + 1) * grid.area, with: plane)
        step += 1
      }
      left -= step - start
      if step > start { cubes.append(MaskCube(start: start, length: step - start)) }
    }
    return (TokenMask(steps: grid.steps, rows: grid.rows, columns: grid.columns, values: values), cubes)
  }
}
