public import SluiceFlow
public import SluiceSamples

/// The visual tokens of the hidden cells of one sample.
public struct TokenTargets: Sendable, Equatable {
  /// Cells and their words; cells are counted over the sample's frames.
  public let tokens: VisualTokens
  /// Cells of the sample, hidden or not.
  public let cellCount: Int

  public init(tokens: VisualTokens, cellCount: Int) {
    self.tokens = tokens
    self.cellCount = cellCount
  }
}

extension VisualTokens {
  /// The targets of several samples, their cells counted on.
  public init(joining samples: [TokenTargets]) {
    self.init(
      cells: joined(samples.map { ($0.tokens.cells, $0.cellCount) }), words: samples.flatMap(\.tokens.words))
  }
}

/// Takes the visual tokens of a masked clip from its source, only of the frames in which something is hidden.
///
/// A token of the network may cover several frames; each of its frames has a word of its own.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022.
public struct TokenTarget: Stage, ByteBounded {
  public let source: any TokenSource

  /// - Parameter source: a tokenizer, or tokens that were stored.
  public init(_ source: any TokenSource) {
    self.source = source
  }

  public func outputSize(of input: ElementSize) -> ElementSize { input }

  /// - Throws: ``TargetError`` if the clip's words are not of the cells of the mask; what the source throws.
  public func callAsFunction(_ masked: MaskedClip, context: ElementContext) throws -> MaskedSample<TokenTargets> {
    let mask = masked.mask
    let grid = try source.grid(of: masked.clip)
    guard grid.rows == mask.rows, grid.columns == mask.columns, mask.steps > 0, grid.steps % mask.steps == 0 else {
      throw TargetError.tokenGrid(
        mask: [mask.steps, mask.rows, mask.columns], tokens: [grid.steps, grid.rows, grid.columns])
    }
    let (area, span) = (grid.rows * grid.columns, grid.steps / mask.steps)
    let steps = (0..<mask.steps).filter { step in mask.values[step * area..<(step + 1) * area].contains { $0 != 0 } }
    let frames = steps.flatMap { $0 * span..<($0 + 1) * span }
    let words = frames.isEmpty ? [] : try source.words(of: masked.clip, frames: frames)
    let (cells, rows) = mask.hiddenCells(ofFrames: frames, span: span)
    return MaskedSample(
      masked: masked,
      target: TokenTargets(tokens: VisualTokens(cells: cells, words: rows.map { words[$0] }), cellCount: grid.count))
  }
}
