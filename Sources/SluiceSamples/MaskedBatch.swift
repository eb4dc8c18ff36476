public import SluiceTensor

/// Masked clips of one size side by side, and what a network is to predict of their hidden tokens.
public struct MaskedBatch<Targets: Sendable>: Sendable {
  /// `[B, C, T, H, W]`, normalized.
  public let clips: Tensor
  /// Row-major `[B, t, h, w]` on the token grid, 1 where a token is hidden.
  public let hidden: [UInt8]
  /// Time steps, rows and columns of the token grid of each clip.
  public let grid: TokenGrid
  /// What is to be predicted.
  public let targets: Targets

  /// - Precondition: `hidden` has an entry for each token of each clip.
  public init(clips: Tensor, hidden: [UInt8], grid: TokenGrid, targets: Targets) {
    precondition(
      hidden.count == clips.shape[0] * grid.count, "\(hidden.count) mask entries for clips \(clips.shape) on \(grid)")
    self.clips = clips
    self.hidden = hidden
    self.grid = grid
    self.targets = targets
  }

  /// Clips in the batch.
  public var count: Int { clips.shape[0] }
}

/// The tokens of a clip: time steps, rows and columns.
public struct TokenGrid: Sendable, Equatable, CustomStringConvertible {
  public let steps: Int
  public let rows: Int
  public let columns: Int

  public init(steps: Int, rows: Int, columns: Int) {
    self.steps = steps
    self.rows = rows
    self.columns = columns
  }

  /// Tokens of a clip.
  public var count: Int { steps * rows * columns }

  public var description: String { "\(steps) × \(rows) × \(columns)" }
}
