public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Hides the same random positions in all time steps.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", 2022, section 3.3.
public struct TubeMask: MaskStage {
  /// Share of the positions, rounded down to whole ones.
  public var ratio: Double
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int

  public init(ratio: Double = 0.9, tubeletSize: Int = 2, patchSize: Int = 16) {
    self.ratio = ratio
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
  }

  public static var settings: [Setting<Self>] { [Setting("ratio", \.ratio, in: 0...1)] }

  /// - Throws: ``MaskError`` if the clip is no whole number of tokens or the ratio hides none of them.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws -> MaskedClip {
    let grid = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: patchSize)
    var draws = context.random()
    return MaskedClip(clip: clip, mask: try mask(grid, draws: &draws))
  }

  package func mask(_ grid: MaskGrid, draws: inout some RandomDraws) throws(MaskError) -> TokenMask {
    let indices = try randomIndices(ratio, of: grid.area, unit: "positions", draws: &draws)
    let values = (0..<grid.steps).flatMap { _ in indices }
    return TokenMask(steps: grid.steps, rows: grid.rows, columns: grid.columns, values: values)
  }
}

/// Hides random tokens, whatever their time and position.
/// - Source: Feichtenhofer et al., "Masked autoencoders as spatiotemporal learners", 2022, section 3.
public struct RandomMask: MaskStage {
  /// Share of the tokens, rounded down to whole ones.
  public var ratio: Double
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int

  public init(ratio: Double = 0.9, tubeletSize: Int = 2, patchSize: Int = 16) {
    self.ratio = ratio
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
  }

  public static var settings: [Setting<Self>] { [Setting("ratio", \.ratio, in: 0...1)] }

  /// - Throws: ``MaskError`` if the clip is no whole number of tokens or the ratio hides none of them.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws -> MaskedClip {
    let grid = try MaskGrid(of: clip, tubeletSize: tubeletSize, patchSize: patchSize)
    var draws = context.random()
    let values = try randomIndices(ratio, of: grid.steps * grid.area, unit: "tokens", draws: &draws)
    return MaskedClip(
      clip: clip, mask: TokenMask(steps: grid.steps, rows: grid.rows, columns: grid.columns, values: values))
  }
}

/// `floor(ratio * count)` ones among zeros, every choice equally likely.
private func randomIndices(
  _ ratio: Double, of count: Int, unit: String, draws: inout some RandomDraws
) throws(MaskError) -> [UInt8] {
  guard (0...1).contains(ratio) else { throw .ratio(ratio) }
  let wanted = Int(ratio * Double(count))
  guard wanted > 0 else { throw .nothingMasked(ratio: ratio, of: count, unit: unit) }
  var order = Array(0..<count)
  var values = [UInt8](repeating: 0, count: count)
  for index in 0..<wanted {
    order.swapAt(index, draws.integer(in: index...count - 1))
    values[order[index]] = 1
  }
  return values
}
