public import SluiceTensor

/// Targets of the hidden cells of a batch, which say which cells these are.
public protocol HiddenCells: Sendable {
  /// Numbers of the hidden cells, ascending, counted over the batch: sample, frame, row, column.
  var cells: [Int] { get }
}

extension VisualTokens: HiddenCells {}

/// The values of each hidden cell of a batch, such as its pixels: what a network that reads the rest is to predict.
public struct CellValues: HiddenCells {
  public let cells: [Int]
  /// `[cells, width]`.
  public let values: Tensor

  /// - Precondition: there is a row for each cell.
  public init(cells: [Int], values: Tensor) {
    precondition(
      values.shape.rank == 2 && values.shape[0] == cells.count, "values \(values.shape) for \(cells.count) cells")
    self.cells = cells
    self.values = values
  }
}
