public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Hides one block-wise plane in a run of time steps that goes on at the beginning where the clip ends.
///
/// The plane of an image, which has one time step, is all of its mask. About 37 % of a clip's tokens are hidden at the default
/// values.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022, section 3.2; Bao et al., "BEiT: BERT
///   pre-training of image transformers", 2021, algorithm 1.
public struct WrappedTubeMask: MaskStage {
  /// Share of a plane's tokens; sometimes a little less is hidden.
  public var ratio: Double
  /// Smallest rectangle, tokens.
  public var minimumPatches: Int
  /// Height to width of rectangles is between this and its inverse.
  public var minimumAspect: Double
  /// Shares of the time steps that the run has at least and at most.
  public var lengths: ClosedRange<Double>
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int

  public init(
    ratio: Double = 0.5, minimumPatches: Int = 16, minimumAspect: Double = 0.3, lengths: ClosedRange<Double> = 0.5...1,
    tubeletSize: Int = 2, patchSize: Int = 16
  ) {
    self.ratio = ratio
    self.minimumPatches = minimumPatches
    self.minimumAspect = minimumAspect
    self.lengths = lengths
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("ratio", \.ratio, in: 0...1), Setting("minimumPatches", \.minimumPatches, in: 1...1_000_000),
      Setting("minimumAspect", \.minimumAspect, in: 1e-3...1),
    ]
  }

  /// - Throws: ``MaskError`` if the clip is no whole number of tokens or the ratio hides none of a plane.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws -> MaskedClip {
    guard (0...1).contains(ratio) else { throw MaskError.ratio(ratio) }
    let grid = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: patchSize)
    var draws = context.random()
    let mask = mask(grid, wanted: Int(ratio * Double(grid.area)), draws: &draws)
    guard mask.maskedCount > 0 else {
      throw MaskError.nothingMasked(ratio: ratio, of: grid.area, unit: "positions")
    }
    return MaskedClip(clip: clip, mask: mask)
  }

  /// Draws the plane, then the run's first time step and length.
  package func mask(_ grid: MaskGrid, wanted: Int, draws: inout some RandomDraws) -> TokenMask {
    let painter = BlockPainter(
      rows: grid.rows, columns: grid.columns, wanted: wanted, minimum: minimumPatches, maximum: wanted,
      minimumAspect: minimumAspect)
    let plane = painter.paint(&draws)
    guard grid.steps > 1 else {
      return TokenMask(steps: grid.steps, rows: grid.rows, columns: grid.columns, values: plane)
    }
    let shortest = max(1, Int(lengths.lowerBound * Double(grid.steps)))
    let longest = max(shortest, min(grid.steps, Int(lengths.upperBound * Double(grid.steps))))
    let start = draws.integer(in: 0...grid.steps - 1)
    let length = draws.integer(in: shortest...longest)
    var values = [UInt8](repeating: 0, count: grid.steps * grid.area)
    for step in start..<start + length {
      let first = step % grid.steps * grid.area
      values.replaceSubrange(first..<first + grid.area, with: plane)
    }
    return TokenMask(steps: grid.steps, rows: grid.rows, columns: grid.columns, values: values)
  }
}
