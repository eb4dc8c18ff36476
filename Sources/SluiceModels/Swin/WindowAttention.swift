package import SluiceNN
internal import SluicePlatform
package import SluiceTensor

/// Attention among the tokens of each window, with a learned score for each distance between two of them.
/// - Source: Liu et al., "Swin transformer", ICCV 2021, section 3.2.
package struct WindowAttention: Sendable {
  private let packed: Linear
  private let project: Linear
  private let table: Weight
  private let headCount: Int
  /// The window that the table is made for.
  private let window: GridStride

  /// Declares `qkv`, `proj` and `relative_position_bias_table` `[(2t-1)(2h-1)(2w-1), heads]` in `scope`.
  package init(_ scope: ParameterScope, width: Int, headCount: Int, window: GridStride, hasQueryKeyValueBias: Bool) {
    self.headCount = headCount
    self.window = window
    let rows = window.axes.reduce(1) { $0 * (2 * $1 - 1) }
    table = scope.weight("relative_position_bias_table", [rows, headCount], .truncatedNormal(0.02))
    packed = Linear(
      scope["qkv"], inputs: width, outputs: 3 * width, weight: .truncatedNormal(0.02),
      bias: hasQueryKeyValueBias ? .zeros : nil)
    project = Linear(scope["proj"], inputs: width, outputs: width, weight: .truncatedNormal(0.02))
  }

  /// `[B × windows, N, D]` among themselves.
  /// - Parameter mask: `[windows, 1, N, N]`, added to the scores of each sample's windows.
  package func callAsFunction(_ tokens: Tensor, mask: Tensor?) -> Tensor {
    let count = tokens.shape[1]
    let bias = table.value.rows(at: WindowAttention.knownDistances(in: window, first: count))
      .reshaped(count, count, headCount).permuted(2, 0, 1).reshaped(1, headCount, count, count)
    return project(Tensor.selfAttention(packed: packed(tokens), headCount: headCount, bias: bias, mask: mask))
  }

  private struct Extent: Hashable {
    let window: GridStride
    let count: Int
  }

  /// What is the same in all blocks and steps.
  private static let known = Lock<[Extent: [Int]]>([:])

  private static func knownDistances(in window: GridStride, first count: Int) -> [Int] {
    let extent = Extent(window: window, count: count)
    return known.withLock { known in
      let rows = known[extent] ?? distances(in: window, first: count)
      known[extent] = rows
      return rows
    }
  }

  /// The table's row for each pair of the first `count` tokens of a window, `[query, key]`.
  ///
  /// A window that shrank takes the first rows and columns of the whole window's matrix, as the published networks do:
  /// right if it only lost time steps, and kept where it lost rows or columns.
  package static func distances(in window: GridStride, first count: Int) -> [Int] {
    let plane = window.height * window.width
    let positions = (0..<count).map { token in
      (time: token / plane, row: token % plane / window.width, column: token % window.width)
    }
    let (rows, columns) = (2 * window.height - 1, 2 * window.width - 1)
    return positions.flatMap { query in
      positions.map { key in
        (query.time - key.time + window.time - 1) * rows * columns
          + (query.row - key.row + window.height - 1) * columns + query.column - key.column + window.width - 1
      }
    }
  }
}
