package import SluiceNN
package import SluiceTensor

/// Halves a grid in height and width: four neighbors become one token of twice the width.
package struct PatchMerging: Sendable {
  private let norm: LayerNorm
  private let reduction: Linear

  /// Declares `norm` and `reduction` in `scope`.
  package init(_ scope: ParameterScope, width: Int) {
    // In the order of published checkpoints.
    reduction = Linear(
      scope["reduction"], inputs: 4 * width, outputs: 2 * width, weight: .truncatedNormal(0.02), bias: nil)
    norm = LayerNorm(scope["norm"], dimension: 4 * width, epsilon: 1e-5)
  }

  /// The grid afterwards; odd sides are padded with zeros at their ends.
  package static func result(of grid: GridStride) -> GridStride {
    GridStride(grid.time, (grid.height + 1) / 2, (grid.width + 1) / 2)
  }

  /// `[B, t·h·w, D]` to `[B, t·⌈h/2⌉·⌈w/2⌉, 2 D]`.
  package func callAsFunction(_ tokens: Tensor, grid: GridStride) -> Tensor {
    let (batch, width) = (tokens.shape[0], tokens.shape[2])
    let merged = PatchMerging.result(of: grid)
    let neighbors = tokens.rearranged(by: PatchMerging.neighbors(in: grid)).reshaped(batch, merged.count, 4 * width)
    return reduction(norm(neighbors))
  }

  /// The four cells of each result: itself, below, to the right, below to the right.
  private static func neighbors(in grid: GridStride) -> TokenMap {
    let merged = result(of: grid)
    var sources: [Int?] = []
    sources.reserveCapacity(4 * merged.count)
    for cell in 0..<merged.count {
      let (line, column) = cell.quotientAndRemainder(dividingBy: merged.width)
      let (time, row) = line.quotientAndRemainder(dividingBy: merged.height)
      for (down, right) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (y, x) = (2 * row + down, 2 * column + right)
        sources.append(y < grid.height && x < grid.width ? (time * grid.height + y) * grid.width + x : nil)
      }
    }
    return TokenMap(sources, sourceCount: grid.count)
  }
}
