internal import SluiceNN
internal import SluiceTensor

/// Scores that depend on how far a key is from a query along time, height and width.
///
/// One learned vector for each distance along each axis; a query's score is the sum of its products with three of them.
/// - Source: Li et al., "MViTv2: improved multiscale vision transformers", CVPR 2022, section 4.1.
struct RelativePositions: Sendable {
  private let tables: [Weight]
  private let headCount: Int
  private let headSize: Int
  private let queryGrid: GridStride
  private let keyGrid: GridStride

  /// Declares `rel_pos_h`, `rel_pos_w` and `rel_pos_t` in `scope`.
  init(_ scope: ParameterScope, _ sizes: MViTBlockShape, kernel: GridStride) {
    (headCount, headSize, queryGrid) = (sizes.headCount, sizes.headSize, sizes.outputGrid)
    keyGrid = sizes.grid.pooled(kernel: kernel, stride: sizes.keyValueStride)
    let stride = sizes.queryStride ?? [1, 1, 1]
    let (queries, keys) = (sizes.grid.map(stride, /), sizes.grid.map(sizes.keyValueStride, /))
    let size = sizes.headSize
    func table(_ name: String, _ extent: Int) -> Weight {
      scope.weight("rel_pos_\(name)", [2 * extent - 1, size], .truncatedNormal(0.02))
    }
    let height = table("h", max(queries.height, keys.height))
    let width = table("w", max(queries.width, keys.width))
    tables = [table("t", sizes.grid.time), height, width]
  }

  /// What is added to the scores of `[B, classTokens + N, heads × d]` queries: `[B, heads, N', M']`, 0 for class tokens.
  func bias(of queries: Tensor, classTokens: Int) -> Tensor {
    let batch = queries.shape[0]
    let (asked, given) = (queryGrid.axes, keyGrid.axes)
    let grid = queries.slice(classTokens..<queries.shape[1], axis: 1)
      .reshaped(Shape([batch] + asked + [headCount, headSize]))
    var total: Tensor?
    for axis in 0..<3 {
      var keys = [1, 1, 1]
      keys[axis] = given[axis]
      let part = scores(grid, axis: axis, asked[axis], given[axis]).reshaped(Shape([batch, headCount] + asked + keys))
      total = total.map { $0 + part } ?? part
    }
    // The loop ran three times.
    let scores = total!.reshaped(batch, headCount, queryGrid.count, keyGrid.count)
    guard classTokens > 0 else { return scores }
    let columns = Tensor.concatenated(
      [.zeros([batch, headCount, queryGrid.count, classTokens]), scores], axis: 3)
    return .concatenated([.zeros([batch, headCount, classTokens, columns.shape[3]]), columns], axis: 2)
  }

  /// Products of each query with the vectors of all distances along one axis, `[B, heads, t, h, w, keys]`.
  private func scores(_ grid: Tensor, axis: Int, _ queries: Int, _ keys: Int) -> Tensor {
    let (batch, place) = (grid.shape[0], axis + 1)
    // The axis in front, then everything that shares its vectors.
    let others = [1, 2, 3].filter { $0 != place }
    let order = [place, 0] + others + [4]
    let rows = grid.permuted(order + [5]).reshaped(queries, -1, headSize)
    let vectors = vectors(axis, queries, keys).permuted(0, 2, 1)
    let products = rows.matmul(vectors)
      .reshaped(Shape([queries, batch] + others.map { grid.shape[$0] } + [headCount, keys]))
    // Back to [B, heads, t, h, w, keys].
    let back = [0, 4, 1, 2, 3].map { wanted in order.firstIndex(of: wanted) ?? 0 }
    return products.permuted(back + [5])
  }

  /// The vectors between each query and each key along one axis, `[queries, keys, d]`.
  private func vectors(_ axis: Int, _ queries: Int, _ keys: Int) -> Tensor {
    let needed = 2 * max(queries, keys) - 1
    var table = tables[axis].value
    if table.shape[0] != needed {
      table = table.permuted(1, 0).linear(Resampling.linear(from: table.shape[0], to: needed).matrix).permuted(1, 0)
    }
    let queryScale = max(Double(keys) / Double(queries), 1)
    let keyScale = max(Double(queries) / Double(keys), 1)
    let indices = (0..<queries).flatMap { query in
      (0..<keys).map { key in
        Int(Double(query) * queryScale - Double(key) * keyScale + Double(keys - 1) * keyScale)
      }
    }
    return table.rows(at: indices).reshaped(queries, keys, headSize)
  }
}
